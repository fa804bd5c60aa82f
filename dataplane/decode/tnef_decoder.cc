#include "dataplane/decode/tnef_decoder.h"

#include <algorithm>
#include <cstring>

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

constexpr uint32_t kSign = 0x223E9F78;
constexpr uint8_t kMessageLevel = 1, kAttachmentLevel = 2;
// MS-OXTNEF, 2.1.3.2: the attribute in the lower half, its type above.
constexpr uint16_t kSubject = 0x8004, kBody = 0x800C, kAttachData = 0x800F, kAttachTitle = 0x8010, kMapiProps = 0x9003, kAttachment = 0x9005, kRendering = 0x9002;
// MS-OXRTFCP, 2.1.3.1: COMPTYPE of what is compressed.
constexpr std::string_view kPackedRtf = "LZFu"sv;

}  // namespace

bool LooksLikeTnef(ByteView prefix) noexcept {
  if (prefix.size() < 16 || LoadLe32(prefix.data()) != kSign) return false;
  return prefix[6] == kMessageLevel || prefix[6] == kAttachmentLevel;
}

size_t TnefDecoder::Gather(ByteView rest, size_t wanted) noexcept {
  const ByteView part = rest.First(wanted - gathered_);
  if (!part.empty()) std::memcpy(head_.data() + gathered_, part.data(), part.size());
  gathered_ = static_cast<uint8_t>(gathered_ + part.size());
  return part.size();
}

DecodeState TnefDecoder::BeginAttribute() noexcept {
  gathered_ = 0;
  if (head_[0] != kMessageLevel && head_[0] != kAttachmentLevel) return DecodeState::kCorrupt;
  left_ = LoadLe32(head_.data() + 5);
  seeks_packed_ = false;
  packed_matched_ = 0;
  at_ = At::kMember;
  opens_member_ = true;
  switch (LoadLe16(head_.data() + 1)) {
    case kSubject: name_.Assign("subject"); break;
    case kBody: name_.Assign("body"); break;
    case kAttachData:
      name_.Assign(title_.empty() ? std::string_view("attachment") : title_.view());
      title_.Clear();
      break;
    case kMapiProps:
    case kAttachment:
      name_.Assign("properties");
      seeks_packed_ = true;
      break;
    case kAttachTitle:
      title_.Clear();
      title_over_ = false;
      at_ = At::kName;
      opens_member_ = false;
      break;
    case kRendering: title_.Clear(); [[fallthrough]];
    default:
      at_ = At::kValue;
      opens_member_ = false;
      break;
  }
  return DecodeState::kNeedsInput;
}

void TnefDecoder::LookForPackedText(ByteView part) noexcept {
  if (!seeks_packed_) return;
  for (size_t i = 0; i < part.size() && packed_matched_ < kPackedRtf.size(); ++i) {
    const char c = static_cast<char>(part[i]);
    packed_matched_ = c == kPackedRtf[packed_matched_] ? static_cast<uint8_t>(packed_matched_ + 1) : c == kPackedRtf[0] ? uint8_t{1} : uint8_t{0};
  }
}

DecodeStep TnefDecoder::Decode(ByteView input, std::span<uint8_t>) noexcept {
  size_t consumed = 0;
  for (;;) {
    if (opens_member_) {
      opens_member_ = false;
      member_open_ = true;
      return {consumed, {}, DecodeState::kMemberBegins};
    }
    const ByteView rest = input.From(consumed);
    switch (at_) {
      case At::kSign:
        consumed += Gather(rest, kSignSize);
        if (gathered_ < kSignSize) return {consumed, {}, DecodeState::kNeedsInput};
        gathered_ = 0;
        if (LoadLe32(head_.data()) != kSign) return {consumed, {}, DecodeState::kCorrupt};
        at_ = At::kAttribute;
        break;
      case At::kAttribute:
        // Nothing is said about the end but the end itself; padding with zeros is none of it.
        if (gathered_ == 0 && !rest.empty() && rest[0] == 0) return {consumed, {}, DecodeState::kEnd};
        consumed += Gather(rest, kHeadSize);
        if (gathered_ < kHeadSize) return {consumed, {}, DecodeState::kNeedsInput};
        if (BeginAttribute() == DecodeState::kCorrupt) return {consumed, {}, DecodeState::kCorrupt};
        break;
      case At::kValue:
      case At::kName: {
        const ByteView part = rest.First(left_);
        if (at_ == At::kName && !title_over_) {
          const size_t end = part.AsText().find('\0');
          title_.Append(part.AsText().substr(0, end));
          title_over_ = end != std::string_view::npos;
        }
        left_ -= static_cast<uint32_t>(part.size());
        consumed += part.size();
        if (left_ > 0) return {consumed, {}, DecodeState::kNeedsInput};
        at_ = At::kChecksum;
        break;
      }
      case At::kMember: {
        const ByteView part = rest.First(left_);
        LookForPackedText(part);
        left_ -= static_cast<uint32_t>(part.size());
        consumed += part.size();
        if (left_ > 0) return {consumed, part, DecodeState::kNeedsInput};
        at_ = At::kChecksum;
        member_open_ = false;
        return {consumed, part, DecodeState::kMemberEnds, packed_matched_ == kPackedRtf.size() ? DecodeOutcome::kNotOpened : DecodeOutcome::kComplete};
      }
      case At::kChecksum:
        consumed += Gather(rest, kChecksumSize);
        if (gathered_ < kChecksumSize) return {consumed, {}, DecodeState::kNeedsInput};
        gathered_ = 0;
        at_ = At::kAttribute;
        break;
    }
    if (consumed == input.size() && !opens_member_) return {consumed, {}, DecodeState::kNeedsInput};
  }
}

DecodeStep TnefDecoder::End(std::span<uint8_t>) noexcept {
  if (opens_member_) {
    opens_member_ = false;
    member_open_ = true;
    return {0, {}, DecodeState::kMemberBegins};
  }
  if (!member_open_) return {0, {}, may_end() ? DecodeState::kEnd : DecodeState::kTruncated};
  member_open_ = false;
  return {0, {}, DecodeState::kMemberEnds, DecodeOutcome::kTruncated};
}

}  // namespace sluice::decode
