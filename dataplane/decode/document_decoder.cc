#include "dataplane/decode/document_decoder.h"

#include <algorithm>
#include <string_view>

namespace sluice::decode {
namespace {

using extract::DocumentStore;
using extract::ExtractionRoom;
using extract::Outcome;
using extract::RecordHead;
using extract::RecordKind;

extract::Format FormatOf(DocumentDecoder::Kind kind) {
  if (kind == DocumentDecoder::Kind::kPdf) return extract::Format::kPdf;
  return kind == DocumentDecoder::Kind::kOleStorage ? extract::Format::kOle : extract::Format::kArchive;
}

DecodeState StateOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kComplete: return DecodeState::kEnd;
    case Outcome::kTruncated: return DecodeState::kTruncated;
    case Outcome::kUnsupported: return DecodeState::kUnsupported;
    case Outcome::kEncrypted: return DecodeState::kEncrypted;
    case Outcome::kLimit: return DecodeState::kLimit;
    default: return DecodeState::kCorrupt;
  }
}

DecodeStep MemberEnds(DecodeOutcome outcome) { return {0, {}, DecodeState::kMemberEnds, outcome}; }

// ECMA-119, 8.1.3: the first volume descriptor stands in sector 16, its sign behind a byte.
constexpr std::string_view kIsoSign = "CD001";
constexpr uint64_t kIsoSignAt = 16 * 2048 + 1;

}  // namespace

bool MayBeIsoImage(ByteView prefix) noexcept {
  if (prefix.size() < 512) return false;
  prefix = prefix.First(512);
  if (prefix[510] == 0x55 && prefix[511] == 0xAA) return true;
  return std::all_of(prefix.begin(), prefix.end(), [](uint8_t byte) { return byte == 0; });
}

DecodeStep DocumentDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  return phase_ == Phase::kDelivering || phase_ == Phase::kOver ? Deliver(scratch) : Gather(input);
}

DecodeStep DocumentDecoder::Gather(ByteView input) noexcept {
  if (kind_ == Kind::kIsoImage && IsNoImage(input)) return Finish(DecodeState::kEnd);
  gathered_ += input.size();
  if (phase_ == Phase::kGathering) {
    const DocumentStore::Status status = room_.Append(extraction_, input);
    if (status != DocumentStore::Status::kStored) {
      phase_ = Phase::kRefused;
      final_ = status == DocumentStore::Status::kStoreFull ? DecodeState::kBusy : DecodeState::kLimit;
    }
  }
  DecodeStep step;
  step.consumed = step.withheld = input.size();
  return step;
}

// Most files that begin with nothing are no images: then they are plain bytes again, as they were.
bool DocumentDecoder::IsNoImage(ByteView input) noexcept {
  if (gathered_ >= kIsoSignAt + kIsoSign.size()) return false;
  for (uint64_t at = std::max(gathered_, kIsoSignAt); sign_seen_ < kIsoSign.size() && at < gathered_ + input.size(); ++at) {
    if (input[static_cast<size_t>(at - gathered_)] != static_cast<uint8_t>(kIsoSign[sign_seen_])) return true;
    ++sign_seen_;
  }
  return false;
}

DecodeStep DocumentDecoder::End(std::span<uint8_t> scratch) noexcept {
  if (phase_ == Phase::kRefused) return Finish(final_);
  if (phase_ == Phase::kAsking) return Ask(scratch);
  if (phase_ != Phase::kGathering) return Deliver(scratch);
  if (kind_ == Kind::kIsoImage && sign_seen_ < kIsoSign.size()) return Finish(DecodeState::kEnd);
  phase_ = Phase::kAsking;
  if (!room_.waits()) return {0, {}, DecodeState::kWaits};
  return Ask(scratch);
}

DecodeStep DocumentDecoder::Ask(std::span<uint8_t> scratch) noexcept {
  const ExtractionRoom::Started started = room_.Start(extraction_, FormatOf(kind_));
  if (started == ExtractionRoom::Started::kNotYet) return {0, {}, DecodeState::kWaits};
  if (started != ExtractionRoom::Started::kYes) return Finish(started == ExtractionRoom::Started::kBusy ? DecodeState::kBusy : DecodeState::kDied);
  phase_ = Phase::kDelivering;
  return Deliver(scratch);
}

// Parsers write a few words at a time; what is matched should be longer, so pieces are put together as far as they have come.
DecodeStep DocumentDecoder::Deliver(std::span<uint8_t> scratch) noexcept {
  if (phase_ == Phase::kOver) return Finish(final_);
  size_t filled = 0;
  for (;;) {
    if (in_member_) filled += room_.TakePayload(extraction_, scratch.subspan(filled)).size();
    if (filled == scratch.size()) break;
    if (!asked_) answer_.status = room_.Next(extraction_, answer_.head);
    asked_ = answer_.status != ExtractionRoom::Status::kNothing;
    const bool is_record = answer_.status == ExtractionRoom::Status::kRecord;
    const bool goes_on = is_record && in_member_ && answer_.head.kind == RecordKind::kData;
    if (filled > 0 && !goes_on) break;
    asked_ = false;
    if (goes_on) continue;
    const DecodeStep step = is_record ? TakeRecord(answer_.head, scratch) : TakeEnd(answer_.status);
    if (step.state != DecodeState::kNeedsInput) return step;
  }
  return {0, ByteView(scratch.data(), filled), DecodeState::kMoreOutput};
}

// No record came: not yet, or none will any more.
DecodeStep DocumentDecoder::TakeEnd(ExtractionRoom::Status status) noexcept {
  if (status == ExtractionRoom::Status::kNothing) return {0, {}, DecodeState::kWaits};
  const bool limit = status == ExtractionRoom::Status::kLimit;
  final_ = limit ? DecodeState::kLimit : DecodeState::kDied;
  phase_ = Phase::kOver;
  if (!std::exchange(in_member_, false)) return Finish(final_);
  return MemberEnds(limit ? DecodeOutcome::kExtractorLimit : DecodeOutcome::kExtractorDied);
}

// kNeedsInput: nothing came of it, the next one.
DecodeStep DocumentDecoder::TakeRecord(const RecordHead& head, std::span<uint8_t> scratch) noexcept {
  // Members stand one after the other, data within them.
  const bool wants_member = head.kind == RecordKind::kData || head.kind == RecordKind::kMemberEnds;
  if (wants_member != in_member_) {
    room_.Distrust(extraction_);
    phase_ = Phase::kOver;
    final_ = DecodeState::kDied;
    return std::exchange(in_member_, false) ? MemberEnds(DecodeOutcome::kExtractorDied) : Finish(final_);
  }
  switch (head.kind) {
    case RecordKind::kMemberBegins:
      in_member_ = true;
      name_.Assign(room_.TakePayload(extraction_, scratch).AsText());
      return {0, {}, DecodeState::kMemberBegins};
    case RecordKind::kData: return {};  // within a member it does not come here
    case RecordKind::kMemberEnds: in_member_ = false; return MemberEnds(OutcomeOf(StateOf(head.outcome)));
    case RecordKind::kDone: break;
  }
  return Finish(StateOf(head.outcome));
}

// What could not be read to its end counts as not looked into, all of it.
DecodeStep DocumentDecoder::Finish(DecodeState state) noexcept {
  phase_ = Phase::kOver;
  final_ = state;
  room_.End(extraction_);
  DecodeStep step;
  step.state = state;
  if (state != DecodeState::kEnd) step.opaque = static_cast<size_t>(gathered_);
  step.encrypted = state == DecodeState::kEncrypted;
  return step;
}

}  // namespace sluice::decode
