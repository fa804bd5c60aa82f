#include "dataplane/decode/cms_decoder.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "dataplane/decode/markup_names.h"

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

// X.690, 8.1.2 and 8.14: tags as they stand.
constexpr uint8_t kEndOfContents = 0x00, kOid = 0x06, kOctets = 0x04, kSequence = 0x30, kExplicit0 = 0xA0, kConstructed = 0x20, kLongTag = 0x1F;

// 1.2.840.113549.1.7 (pkcs-7) and 1.2.840.113549.1.9.16.1 (id-smime ct).
constexpr std::string_view kPkcs7 = "\x2A\x86\x48\x86\xF7\x0D\x01\x07"sv, kContentTypes = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01"sv;
constexpr uint8_t kEnveloped = 3, kSignedAndEnveloped = 4, kEncrypted = 6;  // of kPkcs7
constexpr uint8_t kAuthEnveloped = 23;                                      // of kContentTypes

bool BeginsLikeAPart(std::string_view text) {
  return EqualsIgnoringCase(text.substr(0, 8), "content-") || EqualsIgnoringCase(text.substr(0, 13), "mime-version:");
}

}  // namespace

bool LooksLikeCms(ByteView prefix) noexcept {
  if (prefix.size() < 16 || prefix[0] != kSequence) return false;
  const size_t length_bytes = (prefix[1] & 0x80) == 0 ? 0 : prefix[1] & 0x7F;
  if (length_bytes > 4) return false;
  const size_t oid = 2 + length_bytes;
  const uint8_t size = prefix[oid + 1];
  if (prefix[oid] != kOid || (size != kPkcs7.size() + 1 && size != kContentTypes.size() + 1)) return false;
  // The arc that both have in common; of the rest, what is within 16 bytes.
  constexpr size_t kCommon = 7;
  const ByteView value = prefix.From(oid + 2);
  const std::string_view arc = size == kPkcs7.size() + 1 ? kPkcs7 : kContentTypes;
  const size_t seen = std::min(value.size(), arc.size());
  return seen >= kCommon && std::memcmp(value.data(), arc.data(), seen) == 0;
}

// ContentInfo { type, [0] content }: of data the content itself; else a sequence in which one { type, [0] content } stands at depth 4.
// Algorithms look like it, but their parameters are never [0].
bool CmsDecoder::HoldsContent() const noexcept {
  const bool is_data = depth_ >= 2 && stack_[1].tag == kExplicit0 && (depth_ == 2 || stack_[2].tag == (kOctets | kConstructed));
  return is_data || (depth_ >= 5 && stack_[3].tag == kSequence && stack_[4].tag == kExplicit0 && stack_[4].index == 1);
}
bool CmsDecoder::IsContent() const noexcept { return tag_ == kOctets && HoldsContent(); }

// What is read belongs to all elements around it. False: it does not fit in.
bool CmsDecoder::Count(uint64_t bytes) noexcept {
  for (size_t i = 0; i < depth_; ++i) {
    if (stack_[i].left == kUnknown) continue;
    if (stack_[i].left < bytes) return false;
    stack_[i].left -= bytes;
  }
  return true;
}

void CmsDecoder::CloseElements() noexcept {
  while (depth_ > 0 && stack_[depth_ - 1u].left == 0) --depth_;
  if (depth_ == 0) at_ = At::kOver;
}

DecodeState CmsDecoder::ReadHeader(uint8_t c) noexcept {
  if (!Count(1)) return DecodeState::kCorrupt;
  switch (at_) {
    case At::kTag:
      tag_ = c;
      at_ = (c & kLongTag) == kLongTag ? At::kLongTag : At::kLength;
      return DecodeState::kNeedsInput;
    case At::kLongTag:
      if ((c & 0x80) == 0) at_ = At::kLength;
      return DecodeState::kNeedsInput;
    case At::kLength:
      length_ = c;
      length_bytes_ = 0;
      if (c == 0x80) length_ = kUnknown;
      if (c <= 0x80) return BeginElement();
      if (c > 0x88) return DecodeState::kCorrupt;
      length_ = 0;
      length_bytes_ = c & 0x7F;
      at_ = At::kLengthBytes;
      return DecodeState::kNeedsInput;
    default:
      if (length_ >> 54 != 0) return DecodeState::kCorrupt;
      length_ = length_ << 8 | c;
      return --length_bytes_ == 0 ? BeginElement() : DecodeState::kNeedsInput;
  }
}

DecodeState CmsDecoder::BeginElement() noexcept {
  at_ = At::kTag;
  if (tag_ == kEndOfContents && length_ == 0 && depth_ > 0 && stack_[depth_ - 1u].left == kUnknown) {
    --depth_;
    CloseElements();
    return DecodeState::kNeedsInput;
  }
  const bool is_constructed = (tag_ & kConstructed) != 0;
  uint32_t index = 0;
  if (depth_ > 0) index = stack_[depth_ - 1u].children++;
  // An element is never longer than the one around it.
  for (size_t i = 0; i < depth_ && length_ != kUnknown; ++i) {
    if (stack_[i].left != kUnknown && length_ > stack_[i].left) return DecodeState::kCorrupt;
  }
  if (length_ == kUnknown && (!is_constructed || depth_ == kMostNested)) return DecodeState::kCorrupt;
  // Certificates and signers: what is in them is nobody's content.
  const bool is_beside = depth_ == 3 && tag_ != kSequence && length_ != kUnknown;
  if (is_constructed && depth_ < kMostNested && !is_beside) {
    stack_[depth_++] = {length_, tag_, index, 0};
    CloseElements();
    return DecodeState::kNeedsInput;
  }
  value_left_ = length_;
  is_content_ = IsContent();
  is_type_ = tag_ == kOid && depth_ == 1 && index == 0;
  oid_size_ = 0;
  if (depth_ == 0) return DecodeState::kCorrupt;
  if (value_left_ > 0) at_ = At::kValue;
  else CloseElements();
  return DecodeState::kNeedsInput;
}

DecodeState CmsDecoder::EndOid() noexcept {
  const std::string_view oid(reinterpret_cast<const char*>(oid_.data()), std::min<size_t>(oid_size_, oid_.size()));
  if (oid.empty()) return DecodeState::kCorrupt;
  const uint8_t last = oid_[oid.size() - 1];
  const bool is_pkcs7 = oid.substr(0, oid.size() - 1) == kPkcs7, is_content_type = oid.substr(0, oid.size() - 1) == kContentTypes;
  is_sealed_ = (is_pkcs7 && (last == kEnveloped || last == kSignedAndEnveloped || last == kEncrypted)) || (is_content_type && last == kAuthEnveloped);
  return is_pkcs7 || is_content_type ? DecodeState::kNeedsInput : DecodeState::kCorrupt;
}

DecodeStep CmsDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0;
  for (;;) {
    if (is_sealed_) return {input.size(), {}, DecodeState::kNeedsInput, DecodeOutcome::kComplete, input.size(), true};
    // Content that was held comes first; it ends where its element does.
    const bool may_begin = first_size_ == kFirstBytes || (first_size_ > 0 && !HoldsContent() && at_ != At::kValue);
    if (may_begin && !is_member_open_) {
      is_mail_ = BeginsLikeAPart({reinterpret_cast<const char*>(first_.data()), first_size_});
      is_member_open_ = true;
      return {consumed, {}, DecodeState::kMemberBegins};
    }
    if (is_member_open_ && first_out_ < first_size_) {
      const size_t n = std::min<size_t>(scratch.size(), first_size_ - first_out_);
      std::memcpy(scratch.data(), first_.data() + first_out_, n);
      first_out_ = static_cast<uint8_t>(first_out_ + n);
      return {consumed, {scratch.data(), n}, DecodeState::kMoreOutput};
    }
    if (is_member_open_ && at_ != At::kValue && (!HoldsContent() || at_ == At::kOver)) {
      is_member_open_ = false;
      first_size_ = first_out_ = 0;
      return {consumed, {}, DecodeState::kMemberEnds};
    }
    if (at_ == At::kOver) return {consumed, {}, DecodeState::kEnd};
    if (consumed == input.size()) return {consumed, {}, DecodeState::kNeedsInput};
    if (at_ != At::kValue) {
      if (const DecodeState state = ReadHeader(input[consumed++]); state != DecodeState::kNeedsInput) return {consumed, {}, state};
      continue;
    }
    ByteView part = input.From(consumed).First(static_cast<size_t>(std::min<uint64_t>(value_left_, SIZE_MAX)));
    if (is_content_ && !is_member_open_) part = part.First(size_t{kFirstBytes} - first_size_);
    consumed += part.size();
    value_left_ -= part.size();
    if (!Count(part.size())) return {consumed, {}, DecodeState::kCorrupt};
    if (is_type_) {
      for (const uint8_t c : part) {
        if (oid_size_ < oid_.size()) oid_[oid_size_] = c;
        if (oid_size_ < UINT8_MAX) ++oid_size_;
      }
    }
    const bool hands_out = is_content_ && is_member_open_;
    if (is_content_ && !is_member_open_) {
      std::memcpy(first_.data() + first_size_, part.data(), part.size());
      first_size_ = static_cast<uint8_t>(first_size_ + part.size());
    }
    if (value_left_ == 0) {
      at_ = At::kTag;
      if (is_type_ && EndOid() == DecodeState::kCorrupt) return {consumed, {}, DecodeState::kCorrupt};
      CloseElements();
    }
    if (hands_out) return {consumed, part, DecodeState::kMoreOutput};
  }
}

DecodeStep CmsDecoder::End(std::span<uint8_t> scratch) noexcept {
  if (is_sealed_) return {0, {}, DecodeState::kEncrypted};
  if (first_size_ > 0 && !is_member_open_) {
    is_member_open_ = true;
    return {0, {}, DecodeState::kMemberBegins};
  }
  if (is_member_open_ && first_out_ < first_size_) {
    const size_t n = std::min<size_t>(scratch.size(), first_size_ - first_out_);
    std::memcpy(scratch.data(), first_.data() + first_out_, n);
    first_out_ = static_cast<uint8_t>(first_out_ + n);
    return {0, {scratch.data(), n}, DecodeState::kMoreOutput};
  }
  if (is_member_open_) {
    is_member_open_ = false;
    first_size_ = first_out_ = 0;
    return {0, {}, DecodeState::kMemberEnds, at_ == At::kOver ? DecodeOutcome::kComplete : DecodeOutcome::kTruncated};
  }
  return {0, {}, at_ == At::kOver ? DecodeState::kEnd : DecodeState::kTruncated};
}

}  // namespace sluice::decode
