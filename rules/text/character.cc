#include "rules/text/character.h"

#include <algorithm>
#include <array>

#include "rules/text/character_table.h"

namespace sluice::text {
namespace {

using model::Encoding;

constexpr Character kUndecodable{};

// RFC 3629, 3: shortest form only, no surrogates.
Character FirstUtf8(ByteView text) noexcept {
  const uint8_t lead = text[0];
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return kUndecodable;
  char32_t code_point = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xc0) != 0x80) return kUndecodable;
    code_point = code_point << 6 | (text[i] & 0x3fu);
  }
  constexpr std::array<char32_t, 5> kShortest = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code_point >= kShortest[length] && code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
  return valid ? Character{code_point, length} : kUndecodable;
}

Character FromUtf16(char32_t unit, char32_t next) noexcept {
  if (unit < 0xd800 || unit > 0xdfff) return {unit, 2};
  if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) return kUndecodable;
  return {0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00), 4};
}

Character FirstUtf16(ByteView text, bool big_endian) noexcept {
  if (text.size() < 2) return kUndecodable;
  const auto unit_at = [&](size_t i) -> char32_t {
    if (text.size() < i + 2) return 0;
    return static_cast<char32_t>(big_endian ? text[i] << 8 | text[i + 1] : text[i + 1] << 8 | text[i]);
  };
  return FromUtf16(unit_at(0), unit_at(2));
}

// RFC 2152: '+' opens base64 of UTF-16BE.
Character FirstUtf7(ByteView text) noexcept {
  if (text[0] != '+') return {text[0], 1};
  if (text.size() < 4) return kUndecodable;
  char32_t bits = 0;
  for (size_t i = 1; i < 4; ++i) {
    const int value = Base64Value(text[i]);
    if (value < 0) return kUndecodable;
    bits = bits << 6 | static_cast<char32_t>(value);
  }
  const Character c = FromUtf16(bits >> 2, 0);
  return {c.code_point, c.code_point == 0 ? 0u : 4u};
}

Character FirstInTable(ByteView text, Encoding encoding) noexcept {
  const CharacterTable* table = TableOf(encoding);
  if (table == nullptr) return kUndecodable;
  if (const char32_t single = table->Single(text[0]); single != 0) return {single, 1};
  if (text.size() < 2) return kUndecodable;
  if (encoding == Encoding::kGb18030 && text.size() >= 4 && text[1] >= 0x30 && text[1] <= 0x39) {
    const char32_t four = table->Four(text[0], text[1], text[2], text[3]);
    return four == 0 ? kUndecodable : Character{four, 4};
  }
  if (encoding == Encoding::kEucJp && text[0] == 0x8f) {
    const char32_t three = text.size() < 3 ? 0 : table->Three(text[1], text[2]);
    return three == 0 ? kUndecodable : Character{three, 3};
  }
  const char32_t pair = table->Pair(text[0], text[1]);
  return pair == 0 ? kUndecodable : Character{pair, 2};
}

// HZ (RFC 1843) and ISO-2022-JP (RFC 1468): an escape, then the two bytes of the eight-bit set without their high bits.
Character FirstSevenBit(ByteView text, std::string_view escape, size_t escape_bytes, Encoding eight_bit) noexcept {
  const size_t skipped = text.First(escape.size()).AsText() == escape ? escape_bytes : 0;
  const ByteView pair = text.From(skipped);
  if (pair.size() < 2) return kUndecodable;
  const std::array<uint8_t, 2> bytes = {static_cast<uint8_t>(pair[0] | 0x80), static_cast<uint8_t>(pair[1] | 0x80)};
  const Character c = FirstInTable({bytes.data(), bytes.size()}, eight_bit);
  return c.bytes == 2 ? Character{c.code_point, skipped + 2} : kUndecodable;
}

struct Range {
  char32_t first, last;
};
constexpr std::array kPlain = {
    Range{0x21, 0x7e},       // ASCII
    Range{0xa1, 0xac},       // Latin-1, without the soft hyphen
    Range{0xae, 0x2ff},
    Range{0x370, 0x377},     Range{0x37a, 0x37f},   Range{0x384, 0x38a},   Range{0x38c, 0x38c},
    Range{0x38e, 0x3a1},     Range{0x3a3, 0x482},   // Greek, Cyrillic up to its combining marks
    Range{0x48a, 0x52f},
    Range{0x1e00, 0x1eff},   // Latin with more accents
    Range{0x2010, 0x2027},   Range{0x2030, 0x205e}, // punctuation, without separators and direction marks
    Range{0x20a0, 0x20c0},   Range{0x2100, 0x218b}, // currency, letter-like, numbers
    Range{0x2190, 0x2426},   Range{0x2460, 0x2b73}, // arrows, signs, shapes (among them the star)
    Range{0x3001, 0x3029},   Range{0x3030, 0x303f}, // ideographic punctuation, without tone marks
    Range{0x3041, 0x3096},   Range{0x309b, 0x30ff}, // kana
    Range{0x3105, 0x312f},   Range{0x3131, 0x3163}, Range{0x3165, 0x318e},
    Range{0x3190, 0x31e3},   Range{0x31f0, 0x321e}, Range{0x3220, 0x33ff},
    Range{0x3400, 0x4dbf},   Range{0x4e00, 0x9fff}, // ideographs
    Range{0xac00, 0xd7a3},   // hangul
    Range{0xf900, 0xfa6d},   Range{0xfa70, 0xfad9},
    Range{0xff01, 0xff9f},   Range{0xffe0, 0xffe6}, // full-width and half-width forms
    Range{0x20000, 0x2a6df}, Range{0x2a700, 0x2ebe0}, Range{0x30000, 0x3134a},
};

}  // namespace

int Base64Value(uint8_t c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

Character FirstCharacter(ByteView text, Encoding encoding) noexcept {
  if (text.empty()) return kUndecodable;
  switch (encoding) {
    case Encoding::kBytes:
    case Encoding::kUtf8: return FirstUtf8(text);
    case Encoding::kUtf16Le: return FirstUtf16(text, false);
    case Encoding::kUtf16Be: return FirstUtf16(text, true);
    case Encoding::kUtf7: return FirstUtf7(text);
    case Encoding::kHz: return FirstSevenBit(text, "~{", 2, Encoding::kGb18030);
    // ESC $ B and ESC $ @ both open JIS X 0208.
    case Encoding::kIso2022Jp: return FirstSevenBit(text, "\x1b$", 3, Encoding::kEucJp);
    default: return FirstInTable(text, encoding);
  }
}

bool IsPlainPrintable(char32_t code_point) noexcept {
  const auto* after = std::upper_bound(kPlain.begin(), kPlain.end(), code_point,
                                       [](char32_t c, const Range& range) { return c < range.first; });
  return after != kPlain.begin() && code_point <= (after - 1)->last;
}

}  // namespace sluice::text
