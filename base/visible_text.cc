#include "base/visible_text.h"

#include <algorithm>
#include <iterator>

namespace sluice {
namespace {

void AppendHex(std::string& out, char32_t value, int digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 0xf];
}

void AppendEscape(std::string& out, char32_t c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u";
  AppendHex(out, c, 4);
}

// Blocks whose characters are wide, or nearly all of them.
constexpr struct { char32_t first, last; } kWide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
                                                      {0xff01, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

bool IsWide(char32_t c) {
  return std::any_of(std::begin(kWide), std::end(kWide), [c](const auto& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

Utf8Character FirstUtf8Character(std::string_view text) noexcept {
  using Kind = Utf8Character::Kind;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {Kind::kValid, 1, lead};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range rules out overlong forms, surrogates and what lies above U+10FFFF.
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  char32_t code_point = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {Kind::kCutOff, i, 0};
    const bool continues = i == 1 ? byte(1) >= low && byte(1) <= high : (byte(i) & 0xc0) == 0x80;
    if (!continues) return {Kind::kInvalid, i, 0};
    code_point = (code_point << 6) | (byte(i) & 0x3fu);
  }
  return {Kind::kValid, length, code_point};
}

bool ActsOnTheReader(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

std::string VisibleText(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8Character(text);
    if (character.kind != Utf8Character::Kind::kValid) {
      for (const char c : text.substr(0, character.length)) {
        out += "\\x";
        AppendHex(out, static_cast<uint8_t>(c), 2);
      }
    } else if (ActsOnTheReader(character.code_point)) {
      AppendEscape(out, character.code_point);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

size_t ColumnsOf(std::string_view visible) noexcept {
  size_t columns = 0;
  while (!visible.empty()) {
    const Utf8Character character = FirstUtf8Character(visible);
    columns += IsWide(character.code_point) ? 2 : 1;
    visible.remove_prefix(character.length);
  }
  return columns;
}

}  // namespace sluice
