#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsHighSurrogate(uint16_t unit) { return (unit & 0xFC00) == 0xD800; }
bool IsLowSurrogate(uint16_t unit) { return (unit & 0xFC00) == 0xDC00; }

template <typename Load>
std::string Utf16ToUtf8(ByteView bytes, Load load) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const uint16_t unit = load(bytes.data() + i);
    if (IsHighSurrogate(unit) && i + 3 < bytes.size() && IsLowSurrogate(load(bytes.data() + i + 2))) {
      const uint16_t low = load(bytes.data() + i + 2);
      AppendUtf8(text, 0x10000 + ((static_cast<char32_t>(unit) & 0x3FF) << 10) + (low & 0x3FFu));
      i += 2;
    } else {
      AppendUtf8(text, unit);
    }
  }
  return text;
}

}  // namespace

void AppendUtf8(std::string& text, char32_t c) {
  if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) c = kReplacement;
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += tail(6);
    text += tail(0);
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += tail(12);
    text += tail(6);
    text += tail(0);
  }
}

std::string Utf16LeToUtf8(ByteView bytes) { return Utf16ToUtf8(bytes, LoadLe16); }
std::string Utf16BeToUtf8(ByteView bytes) { return Utf16ToUtf8(bytes, LoadBe16); }

std::string Latin1ToUtf8(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const uint8_t byte : bytes) AppendUtf8(text, byte);
  return text;
}

}  // namespace sluice::extractor
