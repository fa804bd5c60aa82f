#include "rules/compile/letter_case.h"

#include <algorithm>

namespace sluice::compile {
namespace {

// Lower-case letters first..last stand `distance` above their capitals (Unicode 15, UnicodeData.txt).
struct CaseRange {
  char32_t first, last, distance;
};
constexpr CaseRange kRanges[] = {
    {U'a', U'z', 32},         // Basic Latin
    {0x00e0, 0x00f6, 32},     // Latin-1, without ÷ (00f7)
    {0x00f8, 0x00fe, 32},
    {0x03b1, 0x03c1, 32},     // Greek, without final sigma (03c2)
    {0x03c3, 0x03c9, 32},
    {0x0430, 0x044f, 32},     // Cyrillic
    {0x0450, 0x045f, 80},
    {0xff41, 0xff5a, 32},     // full-width Latin
};

bool IsLetter(char32_t c) { return ToLower(c) != c || ToUpper(c) != c; }

}  // namespace

char32_t ToUpper(char32_t c) {
  for (const CaseRange& range : kRanges) {
    if (c >= range.first && c <= range.last) return c - range.distance;
  }
  return c;
}

char32_t ToLower(char32_t c) {
  for (const CaseRange& range : kRanges) {
    if (c >= range.first - range.distance && c <= range.last - range.distance) return c + range.distance;
  }
  return c;
}

std::u32string FromUtf8(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = n == 1 ? lead : lead & (0xffu >> (n + 1));
    for (size_t k = 1; k < n && i + k < text.size(); ++k) c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
    out.push_back(c);
    i += n;
  }
  return out;
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

std::string ToUtf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) AppendUtf8(c, out);
  return out;
}

std::vector<std::string> CaseVariants(std::string_view utf8) {
  const std::u32string text = FromUtf8(utf8);
  std::u32string lower, upper, title;
  bool in_word = false;
  for (const char32_t c : text) {
    lower.push_back(ToLower(c));
    upper.push_back(ToUpper(c));
    title.push_back(in_word ? ToLower(c) : ToUpper(c));
    in_word = IsLetter(c);
  }
  std::vector<std::string> variants = {std::string(utf8)};
  for (const std::u32string& variant : {lower, upper, title}) {
    std::string spelling = ToUtf8(variant);
    if (std::find(variants.begin(), variants.end(), spelling) == variants.end()) variants.push_back(std::move(spelling));
  }
  return variants;
}

}  // namespace sluice::compile
