#include "dataplane/decode/decoder_chain.h"

#include <algorithm>
#include <cstring>

#include "dataplane/decode/decode_room_impl.h"

namespace sluice::decode {
namespace {

// How a view ends when its decoder stops with this.
DecodeOutcome OutcomeOf(DecodeState state) {
  switch (state) {
    case DecodeState::kEnd: return DecodeOutcome::kComplete;
    case DecodeState::kUnsupported: return DecodeOutcome::kUnsupported;
    case DecodeState::kPoolEmpty: return DecodeOutcome::kPoolEmpty;
    default: return DecodeOutcome::kCorrupt;
  }
}

bool GoesOn(DecodeState state) { return state == DecodeState::kNeedsInput || state == DecodeState::kMoreOutput; }

}  // namespace

DecoderChain::DecoderChain(DecodeRoom::Impl& room, const content::ObjectDescription& description) noexcept
    : room_(room), declared_(description.content_encoding) {}

DecoderChain::~DecoderChain() {
  for (size_t depth = 0; depth <= depth_; ++depth) ReleaseDecoder(nodes_[depth]);
}

void DecoderChain::Feed(ByteView bytes) noexcept {
  input_bytes_ += bytes.size();
  nodes_[0].pending = bytes;
}

void DecoderChain::End() noexcept { nodes_[0].input_over = true; }

bool DecoderChain::Next(ViewPiece& piece) noexcept {
  Progress progress = Progress::kAgain;
  while (progress == Progress::kAgain) progress = Advance(piece);
  return progress == Progress::kPiece;
}

// The deepest node first: what one decoder gave is used up before it is asked for more, so that one scratch a depth is enough.
DecoderChain::Progress DecoderChain::Advance(ViewPiece& piece) noexcept {
  Node& node = nodes_[depth_];
  if (!node.decided) return GatherPrefix(node) ? Decide(node, piece) : Produce(piece);
  if (!node.opened) return OpenDecoder(node, piece);
  if (!node.pending.empty()) {
    const bool is_view = node.view != 0;
    if (is_view) EmitPending(node, piece);
    node.pending = node.after;
    node.after = {};
    node.emitted = false;
    return is_view ? Progress::kPiece : Progress::kAgain;
  }
  if (depth_ > 0 && node.input_over) return FinishDeepest(piece);
  return Produce(piece);
}

// True once enough bytes are together, in `pending`: as they came where they suffice, else put together. A view wants more
// than the object, because its media type is told.
bool DecoderChain::GatherPrefix(Node& node) noexcept {
  const size_t wanted = depth_ == 0 ? kRecogniseBytes : content::kMediaTypePrefix;
  if (prefix_size_ == 0 && (node.pending.size() >= wanted || node.input_over)) return true;
  const ByteView taken = node.pending.First(wanted - prefix_size_);
  if (!taken.empty()) std::memcpy(prefix_.data() + prefix_size_, taken.data(), taken.size());
  prefix_size_ = static_cast<uint16_t>(prefix_size_ + taken.size());
  node.pending = node.pending.From(taken.size());
  if (prefix_size_ < wanted && !node.input_over) return false;
  auto& together = room_.depths[depth_].prefix;
  std::memcpy(together.data(), prefix_.data(), prefix_size_);
  node.after = node.pending;
  node.pending = ByteView(together.data(), prefix_size_);
  prefix_size_ = 0;
  return true;
}

DecoderChain::Progress DecoderChain::Decide(Node& node, ViewPiece& piece) noexcept {
  node.decided = true;
  node.chosen = ChooseCoding(node.pending, DeclaredCoding());
  if (node.chosen.used_declaration) SpendDeclaredCoding();
  if (depth_ == 0) return Progress::kAgain;
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kBegin;
  piece.view = node.view;
  piece.parent = nodes_[depth_ - 1].view;
  piece.element = Name(nodes_[depth_ - 1].coding);
  piece.type = content::DetectMediaType(node.pending);
  return Progress::kPiece;
}

DecoderChain::Progress DecoderChain::OpenDecoder(Node& node, ViewPiece& piece) noexcept {
  node.opened = true;
  if (node.chosen.choice == Choice::kNone) return Progress::kAgain;
  if (node.chosen.choice == Choice::kUnknownCoding) return Refuse(node, "declared", DecodeOutcome::kUnsupported, piece);
  if (node.chosen.choice == Choice::kNotAsDeclared) return Refuse(node, "declared", DecodeOutcome::kNotAsDeclared, piece);
  const CodingEntry& entry = EntryOf(node.chosen.coding);
  if (depth_ >= room_.options.max_depth) return Refuse(node, entry.name, DecodeOutcome::kTooDeep, piece);
  void* slot = room_.StatesFor(entry.coding).Claim();
  if (slot == nullptr) return Refuse(node, entry.name, DecodeOutcome::kPoolEmpty, piece);
  node.coding = entry.coding;
  node.decoder = entry.construct(slot, room_.heap);
  Node& child = nodes_[++depth_];
  child = Node();
  child.view = ++last_view_;
  return Progress::kAgain;
}

DecoderChain::Progress DecoderChain::Refuse(Node& node, std::string_view element, DecodeOutcome outcome,
                                            ViewPiece& piece) noexcept {
  room_.outcomes.Add(outcome);
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kRefused;
  piece.view = node.view;
  piece.element = element;
  piece.outcome = outcome;
  return Progress::kPiece;
}

void DecoderChain::EmitPending(Node& node, ViewPiece& piece) noexcept {
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kData;
  piece.view = node.view;
  piece.bytes = node.pending;
  node.emitted = true;
}

// The deepest node has nothing: the nearest decoder above it that has something to work on goes on.
DecoderChain::Progress DecoderChain::Produce(ViewPiece& piece) noexcept {
  for (size_t depth = depth_; depth-- > 0;) {
    Node& node = nodes_[depth];
    if (node.pending.empty() && !node.after.empty()) {
      node.pending = node.after;
      node.after = {};
      node.emitted = false;
    }
    if (!node.pending.empty() && !node.emitted && node.view != 0) {
      EmitPending(node, piece);
      return Progress::kPiece;
    }
    if (!node.pending.empty() || node.more_output) return RunDecoder(depth);
    if (node.input_over) {
      nodes_[depth + 1].input_over = true;
      nodes_[depth + 1].outcome = node.decoder->may_end() ? DecodeOutcome::kComplete : DecodeOutcome::kTruncated;
      return Progress::kAgain;
    }
  }
  return Progress::kIdle;
}

DecoderChain::Progress DecoderChain::RunDecoder(size_t depth) noexcept {
  Node& node = nodes_[depth];
  Node& child = nodes_[depth + 1];
  const DecodeStep step = node.decoder->Decode(node.pending, room_.depths[depth].output);
  node.pending = node.pending.From(step.consumed);
  if (node.pending.empty()) node.emitted = false;
  node.more_output = step.state == DecodeState::kMoreOutput;
  child.pending = step.output;
  child.emitted = false;
  output_bytes_ += step.output.size();

  const bool stuck = node.more_output && step.consumed == 0 && step.output.empty();
  if (OverBudget()) {
    child.input_over = true;
    child.outcome = DecodeOutcome::kOverBudget;
  } else if (!GoesOn(step.state) || stuck) {
    child.input_over = true;
    child.outcome = OutcomeOf(step.state);
  }
  return Progress::kAgain;
}

// The view is over; the decoder that gave it goes, and what is left of its input is plain bytes that follow coded ones.
DecoderChain::Progress DecoderChain::FinishDeepest(ViewPiece& piece) noexcept {
  const Node& node = nodes_[depth_];
  room_.outcomes.Add(node.outcome);
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kEnd;
  piece.view = node.view;
  piece.outcome = node.outcome;
  Node& above = nodes_[--depth_];
  ReleaseDecoder(above);
  if (above.emitted) above.pending = {};
  above.emitted = false;
  above.more_output = false;
  return Progress::kPiece;
}

void DecoderChain::ReleaseDecoder(Node& node) noexcept {
  if (node.decoder == nullptr) return;
  void* slot = node.decoder;
  node.decoder->~Decoder();
  room_.StatesFor(node.coding).Release(slot);
  node.decoder = nullptr;
}

bool DecoderChain::OverBudget() const noexcept {
  const DecodeOptions& options = room_.options;
  return output_bytes_ > options.free_output_bytes && output_bytes_ / options.max_ratio > input_bytes_;
}

std::string_view DecoderChain::DeclaredCoding() const noexcept {
  std::string_view list = declared_.view();
  const size_t comma = list.rfind(',');
  if (comma != std::string_view::npos) list.remove_prefix(comma + 1);
  while (!list.empty() && list.front() == ' ') list.remove_prefix(1);
  return list;
}

void DecoderChain::SpendDeclaredCoding() noexcept {
  const size_t comma = declared_.view().rfind(',');
  const InlineText<32> all = declared_;
  declared_.Assign(comma == std::string_view::npos ? std::string_view{} : all.view().substr(0, comma));
}

}  // namespace sluice::decode
