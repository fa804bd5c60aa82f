// Readings of charsets whose bytes hide the text: seven-bit forms of double-byte ones, UTF-16 and UTF-32.
//
// Thread: one worker. Allocates: never. Failure: none; what follows no rule is text.
#pragma once

#include "dataplane/decode/text_reading.h"

namespace sluice::decode {

// HZ (RFC 1843) and ISO 2022 (RFC 1468, 1557, 1922): pairs of seven-bit bytes, between escapes, as GB 2312, EUC-JP or EUC-KR
// have them, with the high bit set.
class SevenBitDecoder final : public TextReading<SevenBitDecoder> {
 public:
  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink& sink) noexcept;

 private:
  enum class At : uint8_t { kText, kTilde, kEscape };
  At at_ = At::kText;
  bool double_byte_ = false;
  uint8_t escape_[2] = {};
  uint8_t escape_size_ = 0;
};
// Seven-bit text with such an escape.
bool LooksLikeSevenBitPairs(ByteView prefix) noexcept;

// UTF-16 with a byte order mark (RFC 2781) as UTF-8, so that markup and the like in it can be read.
class Utf16Decoder final : public TextReading<Utf16Decoder> {
 public:
  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink&) noexcept {}

 private:
  bool has_first_ = false, big_endian_ = false, knows_order_ = false;
  uint8_t first_ = 0;
  SurrogatePair surrogates_;
};
bool LooksLikeUtf16(ByteView prefix) noexcept;

// UTF-32 as UTF-8. The first character tells the order of bytes: a mark of it, or the half that is zero.
class Utf32Decoder final : public TextReading<Utf32Decoder> {
 public:
  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink&) noexcept {}

 private:
  uint8_t size_ = 0;
  bool big_endian_ = false, knows_order_ = false;
  uint8_t bytes_[4] = {};
};

}  // namespace sluice::decode
