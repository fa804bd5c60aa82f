#include "dataplane/decode/decoder_chain.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "dataplane/decode/declared_charset.h"
#include "dataplane/decode/decode_room_impl.h"

namespace sluice::decode {
DecodeOutcome OutcomeOf(DecodeState state) noexcept {
  switch (state) {
    case DecodeState::kEnd: return DecodeOutcome::kComplete;
    case DecodeState::kUnsupported: return DecodeOutcome::kUnsupported;
    case DecodeState::kPoolEmpty: return DecodeOutcome::kPoolEmpty;
    case DecodeState::kTruncated: return DecodeOutcome::kTruncated;
    case DecodeState::kEncrypted: return DecodeOutcome::kEncrypted;
    case DecodeState::kNotOpened: return DecodeOutcome::kNotOpened;
    case DecodeState::kBusy: return DecodeOutcome::kExtractorBusy;
    case DecodeState::kDied: return DecodeOutcome::kExtractorDied;
    case DecodeState::kLimit: return DecodeOutcome::kExtractorLimit;
    default: return DecodeOutcome::kCorrupt;
  }
}

DecoderChain::DecoderChain(DecodeRoom::Impl& room, const content::ObjectDescription& description) noexcept
    : room_(room), declared_(description.content_encoding), claimed_type_(description.claimed_type) {}

// The budgets go on, too: a document within a document within an object is still of that object.
DecoderChain::DecoderChain(DecoderChain& from, size_t depth) noexcept
    : room_(from.room_),
      is_deferred_(true),
      depth_before_(from.depth_before_ + depth),
      last_view_(from.last_view_),
      input_bytes_(from.input_bytes_),
      output_bytes_(from.output_bytes_) {
  Node& node = nodes_[0];
  node.decoder = std::exchange(from.nodes_[depth].decoder, nullptr);
  node.coding = from.nodes_[depth].coding;
  node.opaque = std::exchange(from.nodes_[depth].opaque, 0);
  node.is_embedded = from.nodes_[depth].is_embedded;
  node.decided = node.opened = node.input_over = true;
}

DecoderChain::~DecoderChain() {
  for (size_t depth = 0; depth <= depth_; ++depth) ReleaseDecoder(nodes_[depth]);
}

void DecoderChain::Feed(ByteView bytes) noexcept {
  input_bytes_ += bytes.size();
  nodes_[0].pending = bytes;
  nodes_[0].from_sign = {};
}

void DecoderChain::BeginWithin(const EmbeddedSeeker& seeker, const EmbeddedSeeker::Found& found) noexcept {
  seeker_ = seeker;
  EnterEmbedded(nodes_[0], found);
}

void DecoderChain::ResumeAs(Coding coding) noexcept {
  nodes_[0].decided = true;
  nodes_[0].chosen = {Choice::kCoding, coding, false};
}

void DecoderChain::End() noexcept { nodes_[0].input_over = true; }

bool DecoderChain::Next(ViewPiece& piece) noexcept {
  Progress progress = Progress::kAgain;
  while (progress == Progress::kAgain) progress = Advance(piece);
  if (progress == Progress::kPiece) return true;
  // What is here now, the run and the scratch of each depth, is not when this chain is called again.
  for (size_t depth = 0; depth <= depth_; ++depth) nodes_[depth].from_sign = {};
  return false;
}

// The deepest node first: what one decoder gave is used up before it is asked for more, so that one scratch a depth is enough.
DecoderChain::Progress DecoderChain::Advance(ViewPiece& piece) noexcept {
  Node& node = nodes_[depth_];
  if (!node.decided) return GatherPrefix(node) ? Decide(node, piece) : Produce(piece);
  if (!node.opened) return OpenDecoder(node, piece);
  if (node.decoder != nullptr) return node.over ? FinishDecoder(node, piece) : Produce(piece);
  if (node.pending.empty() && !node.after.empty()) NextPending(node);  // the decoder ended with the prefix
  if (!node.pending.empty()) return PassPlain(node, piece);
  if (depth_ > 0 && node.input_over) return FinishDeepest(piece);
  return Produce(piece);
}

// A view wants more than the object, because its media type is told.
size_t DecoderChain::WantedPrefix(const Node& node) const noexcept {
  const bool is_declared = !declared_.empty() && !node.is_embedded;
  const bool settled = depth_ == 0 && (is_declared || (prefix_size_ == 0 && HasSign(node.pending)));
  return settled ? kSignBytes : kRecogniseBytes;
}

// True once enough bytes are together, in `pending`: as they came where they suffice, else put together.
bool DecoderChain::GatherPrefix(Node& node) noexcept {
  const size_t wanted = WantedPrefix(node);
  if (prefix_size_ == 0 && (node.pending.size() >= wanted || node.input_over)) return true;
  do {
    if (node.pending.empty()) NextPending(node);
    const ByteView taken = node.pending.First(wanted - prefix_size_);
    if (!taken.empty()) std::memcpy(prefix_.data() + prefix_size_, taken.data(), taken.size());
    prefix_size_ = static_cast<uint16_t>(prefix_size_ + taken.size());
    node.pending = node.pending.From(taken.size());
  } while (prefix_size_ < wanted && !node.after.empty());
  const bool settled = depth_ == 0 && HasSign({prefix_.data(), prefix_size_});
  if (prefix_size_ < wanted && !node.input_over && !settled) return false;
  auto& together = room_.depths[depth_].prefix;
  std::memcpy(together.data(), prefix_.data(), prefix_size_);
  node.after = node.pending;
  node.pending = ByteView(together.data(), prefix_size_);
  prefix_size_ = 0;
  return true;
}

DecoderChain::Progress DecoderChain::Decide(Node& node, ViewPiece& piece) noexcept {
  node.decided = true;
  if (node.is_embedded) {
    node.chosen = node.is_base64 ? ChosenCoding{Choice::kCoding, Coding::kBase64Value, false} : ChooseCoding(node.pending, {});
    return Progress::kAgain;
  }
  // The text of a page holds no page; a text that was in another charset may be one.
  const bool is_text = node.is_reading && !IsCharset(nodes_[depth_ - 1].coding);
  node.chosen = ChooseCoding(node.pending, {LastCoding(declared_.view()), claimed_type_.view(), is_text});
  if (node.chosen.used_declaration) SpendDeclaredCoding();
  if (depth_ == 0) return Progress::kAgain;
  const Node& above = nodes_[depth_ - 1];
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kBegin;
  piece.view = node.view;
  piece.parent = above.view;
  piece.element = DescribeMember(above, piece);
  piece.type = content::DetectMediaType(node.pending);
  piece.is_reading = node.is_reading;
  return Progress::kPiece;
}

// "zip:word/document.xml"; only the coding's name where there is no member or it has no name.
std::string_view DecoderChain::DescribeMember(const Node& above, ViewPiece& piece) noexcept {
  piece.name = above.decoder->member().name;
  if (piece.name.empty()) return Name(above.coding);
  element_.Assign(Name(above.coding));
  element_.Append(":");
  std::array<char, 256> room;
  piece.readable_name = ReadableName(piece.name, room_.options.names_charset.view(), room);
  const size_t begin = element_.view().size();
  element_.Append(piece.readable_name);
  piece.readable_name = element_.view().substr(begin);
  return element_.view();
}

DecoderChain::Progress DecoderChain::OpenDecoder(Node& node, ViewPiece& piece) noexcept {
  node.opened = true;
  if (node.chosen.choice == Choice::kNone) return node.is_embedded ? EndFalseSign(node, piece) : Progress::kAgain;
  if (node.chosen.choice == Choice::kUnknownCoding) return Refuse(node, "declared", DecodeOutcome::kUnsupported, piece);
  if (node.chosen.choice == Choice::kNotAsDeclared) return Refuse(node, "declared", DecodeOutcome::kNotAsDeclared, piece);
  const CodingEntry& entry = EntryOf(node.chosen.coding);
  const bool is_too_deep = depth_before_ + depth_ >= room_.options.max_depth;
  void* slot = is_too_deep ? nullptr : room_.StatesFor(entry.coding).Claim();
  if (slot == nullptr) {
    node.is_given_up = true;
    return Refuse(node, entry.name, is_too_deep ? DecodeOutcome::kTooDeep : DecodeOutcome::kPoolEmpty, piece);
  }
  node.coding = entry.coding;
  node.consumed = node.produced = 0;
  if (node.is_embedded) node.from_sign = node.pending;
  node.decoder = entry.construct(slot, {room_.heap, room_.extraction.get()});
  if (entry.kind == CodingKind::kContainer) return Progress::kAgain;
  if (entry.kind == CodingKind::kReading) {
    declared_.Clear();
    claimed_type_.Clear();
  }
  BeginChild(entry.kind == CodingKind::kReading);
  return Progress::kAgain;
}

void DecoderChain::BeginChild(bool is_reading) noexcept {
  Node& child = nodes_[++depth_];
  child = Node();
  child.view = ++last_view_;
  child.is_reading = is_reading;
  prefix_size_ = 0;
  seeker_.Restart();
}

DecoderChain::Progress DecoderChain::Refuse(Node& node, std::string_view element, DecodeOutcome outcome,
                                            ViewPiece& piece) noexcept {
  room_.outcomes.Add(outcome);
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kRefused;
  piece.view = node.view;
  piece.element = element;
  piece.outcome = outcome;
  piece.opaque_bytes = std::exchange(node.opaque, 0);
  return Progress::kPiece;
}

// Hands out the first `bytes` of what is pending, but for those that were before. False: all of them were, or nobody asks for them.
bool DecoderChain::Emit(Node& node, size_t bytes, ViewPiece& piece) noexcept {
  if (node.view == 0 || node.emitted >= bytes) return false;
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kData;
  piece.view = node.view;
  piece.bytes = node.pending.First(bytes).From(node.emitted);
  node.emitted = bytes;
  return true;
}

void DecoderChain::Take(Node& node, size_t bytes) noexcept {
  node.pending = node.pending.From(bytes);
  node.emitted -= std::min(node.emitted, bytes);
}

void DecoderChain::NextPending(Node& node) noexcept {
  node.pending = std::exchange(node.after, {});
  node.from_sign = {};
}

// Bytes that nothing undoes: handed out as they are, up to where a container begins within them.
DecoderChain::Progress DecoderChain::PassPlain(Node& node, ViewPiece& piece) noexcept {
  std::optional<EmbeddedSeeker::Found> found;
  if (!node.is_given_up) found = seeker_.Find(node.pending, std::exchange(node.passes_sign, false) ? 1 : 0);
  const size_t plain = !found ? node.pending.size() : found->at < 0 ? 0 : static_cast<size_t>(found->at);
  const bool has_piece = Emit(node, plain, piece);
  Take(node, plain);
  if (found) EnterEmbedded(node, *found);
  else NextPending(node);
  return has_piece ? Progress::kPiece : Progress::kAgain;
}

// What is pending begins with what was found, or with all of it but its first bytes, which are the last that were passed.
void DecoderChain::EnterEmbedded(Node& node, const EmbeddedSeeker::Found& found) noexcept {
  const size_t kept = found.at < 0 ? static_cast<size_t>(-found.at) : 0;
  const ByteView tail = seeker_.tail();
  if (kept > 0) std::memcpy(prefix_.data(), tail.From(tail.size() - kept).data(), kept);
  prefix_size_ = static_cast<uint16_t>(kept);
  if (node.view != 0) node.emitted += kept;
  node.is_embedded = true;
  node.is_base64 = found.is_base64;
  node.decided = node.opened = false;
  seeker_.Restart();
}

// The search goes on behind its first byte where that is still here, else behind what was taken for coded.
DecoderChain::Progress DecoderChain::EndFalseSign(Node& node, ViewPiece& piece) noexcept {
  const ByteView from_sign = std::exchange(node.from_sign, {});
  if (!from_sign.empty()) {
    if (node.view != 0) node.emitted += from_sign.size() - node.pending.size();
    node.pending = from_sign;
  }
  node.passes_sign = !from_sign.empty() || node.consumed == 0;
  node.opaque = 0;
  return seeker_.NoteFalseSign() ? Refuse(node, "embedded", DecodeOutcome::kOverBudget, piece) : Progress::kAgain;
}

// A container within other bytes proves itself by what comes out; else it was none, and what could not be read of it is no loss.
bool DecoderChain::IsFalseSign(const Node& node, DecodeOutcome outcome) noexcept {
  constexpr uint64_t kProof = 256, kMostConsumed = 4096;
  if (!node.is_embedded || node.produced >= kProof) return false;
  if (outcome == DecodeOutcome::kCorrupt && !node.from_sign.empty()) return true;
  return (outcome == DecodeOutcome::kCorrupt || outcome == DecodeOutcome::kTruncated) && node.consumed <= kMostConsumed;
}

// The deepest node has nothing: the nearest decoder above it (or its own) that has something to work on goes on.
DecoderChain::Progress DecoderChain::Produce(ViewPiece& piece) noexcept {
  for (size_t depth = depth_ + 1; depth-- > 0;) {
    Node& node = nodes_[depth];
    if (node.decoder == nullptr) continue;
    if (node.pending.empty() && !node.after.empty()) NextPending(node);
    if (!node.pending.empty() && Emit(node, node.pending.size(), piece)) return Progress::kPiece;
    const std::span<uint8_t> scratch = room_.depths[depth].output;
    if (!node.pending.empty() || node.more_output) {
      const bool had_more = std::exchange(node.more_output, false);
      const DecodeStep step = node.decoder->Decode(node.pending, scratch);
      Take(node, step.consumed);
      node.consumed += step.consumed;
      const bool stuck = had_more && step.state == DecodeState::kMoreOutput && step.consumed == 0 && step.output.empty();
      return stuck ? Stop(depth, DecodeOutcome::kCorrupt) : Apply(depth, step, piece);
    }
    if (node.input_over) return Apply(depth, node.decoder->End(scratch), piece);
  }
  return Progress::kIdle;
}

// What a step of the decoder at `depth` means for it and for the node below.
DecoderChain::Progress DecoderChain::Apply(size_t depth, const DecodeStep& step, ViewPiece& piece) noexcept {
  Node& node = nodes_[depth];
  node.opaque += step.opaque;
  if (depth == 0) {
    (step.encrypted ? opaque_input_.encrypted : opaque_input_.unopened) += step.opaque;
    opaque_input_.withheld += step.withheld;
  }
  if (depth_ > depth && !step.output.empty()) {
    nodes_[depth + 1].pending = step.output;
    nodes_[depth + 1].from_sign = {};
    node.produced += step.output.size();
    output_bytes_ += step.output.size();
  }
  if (OverBudget()) return Stop(depth, DecodeOutcome::kOverBudget);
  switch (step.state) {
    case DecodeState::kNeedsInput: return Progress::kAgain;
    case DecodeState::kMoreOutput: node.more_output = true; return Progress::kAgain;
    case DecodeState::kMemberBegins: {
      if (depth_ > depth) return Stop(depth, DecodeOutcome::kCorrupt);
      node.more_output = true;
      if (TooManyViews()) return Stop(depth, DecodeOutcome::kOverBudget);
      const Member member = node.decoder->member();
      declared_.Assign(member.declared);
      claimed_type_.Assign(member.claimed_type);
      BeginChild(false);
      return Progress::kAgain;
    }
    case DecodeState::kMemberEnds:
      if (depth_ == depth) return Stop(depth, DecodeOutcome::kCorrupt);
      node.more_output = true;
      nodes_[depth + 1].input_over = true;
      nodes_[depth + 1].outcome = step.member_outcome;
      return Progress::kAgain;
    case DecodeState::kWaits: return is_deferred_ && depth == 0 ? Progress::kIdle : Defer(depth, piece);
    default: return Stop(depth, OutcomeOf(step.state));
  }
}

// The extractor needs time that this chain does not have.
DecoderChain::Progress DecoderChain::Defer(size_t depth, ViewPiece& piece) noexcept {
  Node& node = nodes_[depth];
  void* slot = room_.chains.Claim();
  if (slot == nullptr) {
    room_.chains_full.Add();
    if (depth == 0) opaque_input_.unopened += input_bytes_;  // at most: all that was withheld
    return Stop(depth, DecodeOutcome::kPoolEmpty);
  }
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kDeferred;
  piece.view = node.view;
  piece.element = Name(node.coding);
  piece.deferred = new (slot) DecoderChain(*this, depth);
  node.more_output = false;
  return Progress::kPiece;
}

// The decoder at `depth` gives no more. An open view takes its outcome; else it is told when the decoder goes.
DecoderChain::Progress DecoderChain::Stop(size_t depth, DecodeOutcome outcome) noexcept {
  Node& node = nodes_[depth];
  node.over = true;
  node.is_false_sign = IsFalseSign(node, outcome);
  node.stopped = node.is_false_sign ? DecodeOutcome::kComplete : outcome;
  if (depth_ > depth) {
    nodes_[depth + 1].input_over = true;
    nodes_[depth + 1].outcome = std::exchange(node.stopped, DecodeOutcome::kComplete);
  }
  return Progress::kAgain;
}

DecoderChain::Progress DecoderChain::FinishDeepest(ViewPiece& piece) noexcept {
  const Node& node = nodes_[depth_];
  room_.outcomes.Add(node.outcome);
  piece = ViewPiece();
  piece.kind = ViewPiece::Kind::kEnd;
  piece.view = node.view;
  piece.outcome = node.outcome;
  piece.opaque_bytes = std::exchange(nodes_[depth_ - 1].opaque, 0);
  --depth_;
  return Progress::kPiece;
}

// What is left of its input is plain bytes that follow coded ones, and may hold more of them.
DecoderChain::Progress DecoderChain::FinishDecoder(Node& node, ViewPiece& piece) noexcept {
  const Coding coding = node.coding;
  ReleaseDecoder(node);
  node.over = node.more_output = false;
  seeker_.Restart();
  if (node.is_false_sign) return EndFalseSign(node, piece);
  node.from_sign = {};
  node.passes_sign = node.consumed == 0;
  if (node.stopped == DecodeOutcome::kComplete) return Progress::kAgain;
  return Refuse(node, Name(coding), node.stopped, piece);
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

bool DecoderChain::TooManyViews() const noexcept {
  const DecodeOptions& options = room_.options;
  return last_view_ >= options.free_views && last_view_ >= input_bytes_ / options.input_bytes_per_view;
}

void DecoderChain::SpendDeclaredCoding() noexcept {
  const InlineText<32> all = declared_;
  declared_.Assign(WithoutLastCoding(all.view()));
}

}  // namespace sluice::decode
