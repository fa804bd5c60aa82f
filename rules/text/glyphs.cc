#include "rules/text/glyphs.h"

#include <algorithm>

#include "rules/text/character.h"

namespace sluice::text {
namespace {

using model::Encoding;
using model::TransferForm;

constexpr char32_t kReplacement = 0xfffd;
constexpr size_t kLead = 8;
// Of GB 18030, UTF-8 and UTF-16.
constexpr size_t kLongestCharacter = 4;

int HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool IsWide(Encoding encoding) { return encoding == Encoding::kUtf16Le || encoding == Encoding::kUtf16Be; }

// RFC 4648, 5 has - and _ for + and /.
int Base64Digit(uint8_t c) { return Base64Value(c == '-' ? '+' : c == '_' ? '/' : c); }

}  // namespace

// Bytes behind a transfer form, each with where it ended in the source.
struct GlyphText::Octets {
  static constexpr size_t kMost = 512;
  std::array<uint8_t, kMost> bytes;
  std::array<uint16_t, kMost> ends;
  size_t size = 0;

  void Add(int byte, size_t end) {
    if (size == kMost || end > UINT16_MAX) return;
    bytes[size] = static_cast<uint8_t>(byte);
    ends[size++] = static_cast<uint16_t>(end);
  }
  void Plain(ByteView source) {
    for (size_t i = 0; i < source.size() && size < kMost; ++i) Add(source[i], i + 1);
  }
  // RFC 3986, 2.1, with + for a space as forms have it; RFC 2045, 6.7, with soft line breaks.
  void Escaped(ByteView source, uint8_t sign) {
    for (size_t i = 0; i < source.size() && size < kMost;) {
      if (source[i] != sign) {
        Add(sign == '%' && source[i] == '+' ? ' ' : source[i], i + 1);
        ++i;
        continue;
      }
      if (source.size() - i < 3) return;
      const int high = HexValue(source[i + 1]), low = HexValue(source[i + 2]);
      if (high >= 0 && low >= 0) {
        Add(high * 16 + low, i + 3);
        i += 3;
      } else if (sign == '=' && (source[i + 1] == '\r' || source[i + 1] == '\n')) {
        i += source[i + 1] == '\r' && source[i + 2] == '\n' ? 3 : 2;
      } else {
        Add(source[i], i + 1);
        ++i;
      }
    }
  }
  // The first digit shares its group with `shared` digits before it, which hold as many bits of `shared` bytes less one.
  bool Base64(ByteView before, ByteView source, size_t shared) {
    uint32_t bits = 0;
    unsigned held = 0;
    std::array<int, 3> digits{};
    size_t found = 0;
    for (size_t i = before.size(); i > 0 && found < shared; --i) {
      const uint8_t c = before[i - 1];
      if (c == '\r' || c == '\n') continue;
      if (Base64Digit(c) < 0) return false;
      digits[found++] = Base64Digit(c);
    }
    if (found < shared) return false;
    for (size_t i = shared; i > 0; --i) {
      bits = bits << 6 | static_cast<uint32_t>(digits[i - 1]);
      held += 6;
    }
    // Two digits end within the first byte of the text, behind one of another; three within its first, behind two.
    if (shared > 0) held -= 8 * static_cast<unsigned>(shared - 1);
    for (size_t i = 0; i < source.size() && size < kMost; ++i) {
      if (source[i] == '\r' || source[i] == '\n') continue;
      const int digit = Base64Digit(source[i]);
      if (digit < 0) break;
      bits = bits << 6 | static_cast<uint32_t>(digit);
      held += 6;
      if (held < 8) continue;
      held -= 8;
      Add(static_cast<int>(bits >> held & 0xff), i + 1);
    }
    return true;
  }
};

void GlyphText::Add(char32_t c, size_t end) {
  if (size_ == kCapacity || end > UINT16_MAX) return;
  glyphs_[size_] = c;
  ends_[size_++] = static_cast<uint16_t>(end);
}

// Only ASCII can be read backwards in every set.
void GlyphText::ReadLead(ByteView before, Encoding encoding) {
  const size_t unit = IsWide(encoding) ? 2 : 1;
  // Text that begins with half a unit, read in the other byte order: the half is a whole character's.
  if (encoding == Encoding::kUtf16Be && before.size() == 1) {
    Add(before[0] < 0x80 ? before[0] : kReplacement, 0);
    lead_ = 1;
    return;
  }
  const size_t count = std::min(before.size() / unit, kLead);
  const ByteView tail = before.From(before.size() - count * unit);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t low = tail[i * unit + (encoding == Encoding::kUtf16Be ? 1 : 0)];
    const uint8_t high = unit == 1 ? 0 : tail[i * unit + (encoding == Encoding::kUtf16Be ? 0 : 1)];
    Add(high == 0 && low < 0x80 ? low : kReplacement, 0);
  }
  lead_ = count;
}

void GlyphText::ReadOctets(const Octets& octets, Encoding encoding) {
  bool in_tag = false;
  for (size_t i = 0; i < octets.size && size_ < kCapacity;) {
    const ByteView rest(octets.bytes.data() + i, octets.size - i);
    const Character c = FirstCharacter(rest, encoding);
    if (c.bytes == 0 && rest.size() < kLongestCharacter && rest[0] >= 0x80) return;
    if (c.bytes == 0 && IsWide(encoding) && rest.size() < kLongestCharacter) return;
    const size_t taken = c.bytes > 0 ? c.bytes : IsWide(encoding) ? 2 : 1;
    if (taken > rest.size()) return;
    const ByteView next = rest.From(taken);
    // Word processors cut a marking into runs: 机密★</w:t></w:r><w:r><w:t>10年. What a tag is must be seen before it is passed over.
    if (!in_tag && c.code_point == U'<' && c.bytes > 0) {
      const char32_t name = FirstCharacter(next, encoding).code_point;
      if (name == 0) return;
      in_tag = name == U'/' || (name >= U'a' && name <= U'z') || (name >= U'A' && name <= U'Z');
    }
    i += taken;
    if (!in_tag) Add(c.bytes > 0 ? c.code_point : kReplacement, octets.ends[i - 1]);
    if (in_tag && c.code_point == U'>') in_tag = false;
  }
}

// HZ (RFC 1843) and ISO-2022-JP (RFC 1468). A pattern begins within the double-byte part, behind its escape.
void GlyphText::ReadShifted(const Octets& octets, Encoding encoding) {
  const bool hz = encoding == Encoding::kHz;
  const ByteView all(octets.bytes.data(), octets.size);
  bool shifted = true;
  for (size_t i = 0; i < all.size() && size_ < kCapacity;) {
    const ByteView rest = all.From(i);
    const size_t escape = hz ? 2 : 3;
    if (rest[0] == (hz ? uint8_t{'~'} : uint8_t{0x1b})) {
      if (rest.size() < escape) return;
      if (hz && rest[1] == '~') Add(U'~', octets.ends[i + 1]);
      if (hz && (rest[1] == '{' || rest[1] == '}')) shifted = rest[1] == '{';
      if (!hz) shifted = rest[1] == '$';
      i += escape;
    } else if (!shifted || rest[0] < 0x21) {
      Add(rest[0], octets.ends[i]);
      ++i;
    } else {
      if (rest.size() < 2) return;
      const uint8_t pair[] = {static_cast<uint8_t>(rest[0] | 0x80), static_cast<uint8_t>(rest[1] | 0x80)};
      const Character c = FirstCharacter({pair, sizeof pair}, hz ? Encoding::kGb18030 : Encoding::kEucJp);
      i += 2;
      Add(c.bytes == 2 ? c.code_point : kReplacement, octets.ends[i - 1]);
    }
  }
}

// &#26426; &#x673A; and the names of spaces; the characters between stand for themselves.
void GlyphText::ReadEntities(ByteView source, Encoding encoding) {
  constexpr size_t kLongestEntity = 10;
  for (size_t i = 0; i < source.size() && size_ < kCapacity;) {
    const ByteView rest = source.From(i);
    if (rest[0] != '&') {
      const Character c = FirstCharacter(rest, encoding);
      if (c.bytes == 0 && rest.size() < kLongestCharacter) return;
      i += c.bytes > 0 ? c.bytes : 1;
      Add(c.bytes > 0 ? c.code_point : kReplacement, i);
      continue;
    }
    const std::string_view entity = rest.First(kLongestEntity).AsText();
    const size_t semicolon = entity.find(';');
    if (semicolon == entity.npos) {
      if (rest.size() < kLongestEntity) return;
      Add(U'&', ++i);
      continue;
    }
    const bool numeric = entity[1] == '#', hex = numeric && (entity[2] == 'x' || entity[2] == 'X');
    char32_t value = numeric ? 0 : U' ';
    for (size_t k = hex ? 3 : 2; numeric && k < semicolon; ++k) value = value * (hex ? 16 : 10) + static_cast<char32_t>(std::max(0, HexValue(static_cast<uint8_t>(entity[k]))));
    i += semicolon + 1;
    Add(value <= 0x10ffff ? value : kReplacement, i);
  }
}

// \uXXXX and the short escapes (RFC 8259, 7).
void GlyphText::ReadJson(ByteView source, Encoding encoding) {
  constexpr size_t kUnit = 6;
  for (size_t i = 0; i < source.size() && size_ < kCapacity;) {
    const ByteView rest = source.From(i);
    if (rest[0] != '\\') {
      const Character c = FirstCharacter(rest, encoding);
      if (c.bytes == 0 && rest.size() < kLongestCharacter) return;
      i += c.bytes > 0 ? c.bytes : 1;
      Add(c.bytes > 0 ? c.code_point : kReplacement, i);
    } else if (rest.size() < 2 || (rest[1] == 'u' && rest.size() < kUnit)) {
      return;
    } else if (rest[1] != 'u') {
      i += 2;
      Add(rest[1] == 'n' || rest[1] == 'r' ? U'\n' : rest[1] == 't' ? U' ' : char32_t{rest[1]}, i);
    } else {
      char32_t value = 0;
      for (size_t k = 2; k < kUnit; ++k) value = value * 16 + static_cast<char32_t>(std::max(0, HexValue(rest[k])));
      i += kUnit;
      Add(value, i);
    }
  }
}

void GlyphText::Read(ByteView before, ByteView source, Encoding encoding, TransferForm form) {
  size_ = lead_ = 0;
  readable_ = true;
  if (form == TransferForm::kPlain) ReadLead(before, encoding);
  if (form == TransferForm::kHtmlDecimal || form == TransferForm::kHtmlHex) return ReadEntities(source, Encoding::kUtf8);
  if (form == TransferForm::kJsonEscape) return ReadJson(source, Encoding::kUtf8);
  Octets octets;
  switch (form) {
    case TransferForm::kPercent: octets.Escaped(source, '%'); break;
    case TransferForm::kQuotedPrintable: octets.Escaped(source, '='); break;
    case TransferForm::kBase64Phase0: readable_ = octets.Base64(before, source, 0); break;
    case TransferForm::kBase64Phase1: readable_ = octets.Base64(before, source, 2); break;
    case TransferForm::kBase64Phase2: readable_ = octets.Base64(before, source, 3); break;
    default: octets.Plain(source); break;
  }
  // In base64 UTF-7 is UTF-16BE.
  const bool is_utf7 = encoding == Encoding::kUtf7 && form != TransferForm::kPlain;
  if (encoding == Encoding::kHz || encoding == Encoding::kIso2022Jp) return ReadShifted(octets, encoding);
  ReadOctets(octets, is_utf7 ? Encoding::kUtf16Be : encoding == Encoding::kBytes ? Encoding::kUtf8 : encoding);
}

}  // namespace sluice::text
