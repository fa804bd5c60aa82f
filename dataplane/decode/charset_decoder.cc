#include "dataplane/decode/charset_decoder.h"

#include "base/byte_order.h"

namespace sluice::decode {
namespace {

constexpr uint8_t kEsc = 0x1B, kShiftOut = 0x0E, kShiftIn = 0x0F;

}  // namespace

bool LooksLikeSevenBitPairs(ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  if (std::any_of(prefix.begin(), prefix.end(), [](uint8_t c) { return c >= 0x80 || c == 0; })) return false;
  return text.find("~{") != std::string_view::npos || text.find("\x1B$") != std::string_view::npos;
}

size_t SevenBitDecoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  switch (at_) {
    case At::kText:
      if (c == '~') {
        at_ = At::kTilde;
      } else if (c == kEsc) {
        at_ = At::kEscape;
        escape_size_ = 0;
      } else if (c == kShiftOut || c == kShiftIn) {
        double_byte_ = c == kShiftOut;
      } else {
        // A line's end ends the pairs too (RFC 1843, 2; RFC 1468).
        if (c == '\n') double_byte_ = false;
        sink.Put(double_byte_ && c > 0x20 && c < 0x7F ? c | 0x80 : c);
      }
      return 1;
    case At::kTilde:
      at_ = At::kText;
      if (c == '{' || c == '}') {
        double_byte_ = c == '{';
        return 1;
      }
      if (double_byte_) {  // a pair that begins with 0x7E
        sink.Put('~' | 0x80);
        return 0;
      }
      if (c == '\n') return 1;
      sink.Put('~');
      return c == '~' ? 1 : 0;
    case At::kEscape:
      // ESC $ B, ESC $ @: pairs follow. ESC $ ) A and the like: they follow a shift. ESC ( B: none any more.
      if (escape_size_ < 1) {
        escape_[escape_size_++] = c;
        if (c == '$' || c == '(') return 1;
        at_ = At::kText;
        return 1;
      }
      if (escape_[0] == '$' && c == ')') {
        escape_[0] = ')';
        return 1;
      }
      if (escape_[0] != ')') double_byte_ = escape_[0] == '$';
      at_ = At::kText;
      return 1;
  }
  return 1;
}

void SevenBitDecoder::Finish(TextSink& sink) noexcept {
  if (at_ == At::kTilde) sink.Put('~');
  at_ = At::kText;
}

bool LooksLikeUtf16(ByteView prefix) noexcept {
  return prefix.size() > 3 && ((prefix[0] == 0xFF && prefix[1] == 0xFE && (prefix[2] | prefix[3]) != 0) || (prefix[0] == 0xFE && prefix[1] == 0xFF));
}

size_t Utf16Decoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (!has_first_) {
    first_ = c;
    has_first_ = true;
    return 1;
  }
  has_first_ = false;
  if (!knows_order_) {
    knows_order_ = true;
    big_endian_ = first_ == 0xFE;
    return 1;
  }
  const uint32_t unit = big_endian_ ? static_cast<uint32_t>(first_ << 8 | c) : static_cast<uint32_t>(c << 8 | first_);
  if (const uint32_t character = surrogates_.Add(unit); character != 0) sink.PutCharacter(character);
  return 1;
}

size_t Utf32Decoder::Take(ByteView rest, TextSink& sink) noexcept {
  constexpr uint32_t kByteOrderMark = 0xFEFF;
  bytes_[size_++] = rest[0];
  if (size_ < sizeof(bytes_)) return 1;
  size_ = 0;
  if (!knows_order_) {
    knows_order_ = true;
    big_endian_ = bytes_[0] == 0 && bytes_[1] == 0;
  }
  const uint32_t character = big_endian_ ? LoadBe32(bytes_) : LoadLe32(bytes_);
  if (character != kByteOrderMark) sink.PutCharacter(character);
  return 1;
}

}  // namespace sluice::decode
