// Base64Decoder: a whole content in base64, with lines or without (RFC 2045, 6.8; RFC 4648).
//
// Characters outside the alphabet are passed over, as RFC 2045 asks; padding ends a group, and more may follow it.
// Thread: one worker. Allocates: never. Failure: none.
#pragma once

#include "dataplane/decode/base64_text.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class Base64Decoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return true; }

 private:
  Base64Bits bits_;
};

// Nothing but base64 in these first bytes, and enough of it to tell it from words.
bool LooksLikeBase64(ByteView prefix) noexcept;

// QuotedPrintableDecoder: RFC 2045, 6.7. A soft line break joins; white space before a line's end is as it came.
class QuotedPrintableDecoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return true; }

 private:
  enum class At : uint8_t { kText, kEquals, kDigit, kSoftBreak };
  At at_ = At::kText;
  uint8_t digit_ = 0;  // as it came
};

}  // namespace sluice::decode
