// CmsDecoder: what a cryptographic message (S/MIME: smime.p7m) holds: the content of signed, digested and compressed ones, as one member.
//
// Reads BER as it comes, with lengths known and not, in primitive and constructed strings, and passes over certificates and signatures.
// Enveloped and encrypted messages are said to be so. A detached signature holds no content. Content that begins with the fields of
// a part is handed out as a mail.
// Thread: one worker. Allocates: never. Bounds: kMostNested elements within one another; what is deeper is passed over by its length, or
// corrupt where it has none. Sources: RFC 5652, RFC 3274, RFC 5083, RFC 8551; ITU-T X.690.
#pragma once

#include <array>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class CmsDecoder final : public Decoder {
 public:
  static constexpr size_t kMostNested = 24;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return at_ == At::kOver; }
  Member member() const noexcept override { return {{}, {}, is_mail_ ? std::string_view("message/rfc822") : std::string_view()}; }

 private:
  enum class At : uint8_t { kTag, kLongTag, kLength, kLengthBytes, kValue, kOver };
  static constexpr uint64_t kUnknown = UINT64_MAX;
  // Enough to tell the fields of a part from other content.
  static constexpr size_t kFirstBytes = 13;
  static constexpr size_t kLongestOid = 16;

  struct Element {
    uint64_t left = kUnknown;  // bytes of it that were not read yet
    uint8_t tag = 0;
    uint32_t index = 0;        // of the element within the one around it, from 0
    uint32_t children = 0;     // that have begun
  };

  DecodeState ReadHeader(uint8_t c) noexcept;
  DecodeState BeginElement() noexcept;
  DecodeState EndOid() noexcept;
  void CloseElements() noexcept;
  bool Count(uint64_t bytes) noexcept;
  bool IsContent() const noexcept;
  bool HoldsContent() const noexcept;

  std::array<Element, kMostNested> stack_;  // the elements around what is read
  uint8_t depth_ = 0;
  At at_ = At::kTag;
  uint8_t tag_ = 0;
  uint8_t length_bytes_ = 0;
  uint64_t length_ = 0;
  uint64_t value_left_ = 0;     // of a primitive element
  bool is_content_ = false;     // the primitive element at hand is
  bool is_type_ = false;        // it says what the message is
  bool is_sealed_ = false;      // enveloped or encrypted
  bool is_member_open_ = false, is_mail_ = false;
  uint8_t oid_size_ = 0;
  std::array<uint8_t, kLongestOid> oid_;
  uint8_t first_size_ = 0, first_out_ = 0;  // content held until it is known what it is
  std::array<uint8_t, kFirstBytes> first_;
};

// A ContentInfo of a type that RFC 5652 and its successors define; wants 16 bytes.
bool LooksLikeCms(ByteView prefix) noexcept;

}  // namespace sluice::decode
