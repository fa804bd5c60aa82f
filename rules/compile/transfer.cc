#include "rules/compile/transfer.h"

#include <algorithm>

namespace sluice::compile {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kLowerHex = "0123456789abcdef";

bool IsUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
}

void AddNew(std::string form, std::string_view original, std::vector<std::string>& forms) {
  if (form != original && std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(std::move(form));
}

std::string Percent(std::string_view bytes, std::string_view digits, std::string_view space) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsUnreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += space;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string Hex(char32_t value, std::string_view digits, size_t least) {
  std::string out;
  while (value != 0 || out.size() < least) {
    out.insert(out.begin(), digits[value & 15]);
    value >>= 4;
  }
  return out;
}

// Each character beyond ASCII through `escape`, the others as they are.
template <typename Escape>
std::string Escaped(std::u32string_view text, Escape escape) {
  std::string out;
  for (const char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += escape(c);
    }
  }
  return out;
}

bool IsAscii(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x80; });
}

std::string JsonUnit(char32_t unit, std::string_view digits) { return "\\u" + Hex(unit, digits, 4); }

std::string JsonEscape(char32_t c, std::string_view digits) {
  if (c < 0x10000) return JsonUnit(c, digits);
  const char32_t rest = c - 0x10000;
  return JsonUnit(0xd800 + (rest >> 10), digits) + JsonUnit(0xdc00 + (rest & 0x3ff), digits);
}

}  // namespace

std::vector<std::string> PercentForms(std::string_view bytes) {
  std::vector<std::string> forms;
  for (const std::string_view digits : {kUpperHex, kLowerHex}) {
    for (const std::string_view space : {"%20", "+"}) AddNew(Percent(bytes, digits, space), bytes, forms);
  }
  return forms;
}

std::vector<std::string> QuotedPrintableForms(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && c != '=') {
      out += c;
    } else {
      out += {'=', kUpperHex[byte >> 4], kUpperHex[byte & 15]};
    }
  }
  std::vector<std::string> forms;
  AddNew(std::move(out), bytes, forms);
  return forms;
}

std::vector<std::string> HtmlDecimalForms(std::u32string_view text) {
  if (IsAscii(text)) return {};
  return {Escaped(text, [](char32_t c) { return "&#" + std::to_string(static_cast<uint32_t>(c)) + ";"; })};
}

std::vector<std::string> HtmlHexForms(std::u32string_view text) {
  if (IsAscii(text)) return {};
  std::vector<std::string> forms;
  for (const std::string_view digits : {kUpperHex, kLowerHex}) {
    for (const char* head : {"&#x", "&#X"}) {
      AddNew(Escaped(text, [&](char32_t c) { return head + Hex(c, digits, 1) + ";"; }), {}, forms);
    }
  }
  return forms;
}

std::vector<std::string> JsonForms(std::u32string_view text) {
  if (IsAscii(text)) return {};
  std::vector<std::string> forms;
  for (const std::string_view digits : {kLowerHex, kUpperHex}) {
    AddNew(Escaped(text, [&](char32_t c) { return JsonEscape(c, digits); }), {}, forms);
  }
  return forms;
}

std::vector<std::string> Base64Forms(std::string_view bytes, int phase) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string padded = std::string(static_cast<size_t>(phase), '\0') + std::string(bytes);
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : padded) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += kAlphabet[(bits >> held) & 63];
    }
    bits &= (1u << held) - 1;
  }
  // Characters that also hold bits of what stands before: two where one byte does, three where two do.
  text.erase(0, phase == 0 ? 0 : static_cast<size_t>(phase) + 1);
  std::vector<std::string> forms = {text};
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  AddNew(text, {}, forms);
  return forms;
}

std::string HzForm(std::string_view gb18030) {
  std::string out;
  bool shifted = true;
  for (size_t i = 0; i < gb18030.size(); ++i) {
    const auto lead = static_cast<unsigned char>(gb18030[i]);
    const auto trail = static_cast<unsigned char>(i + 1 < gb18030.size() ? gb18030[i + 1] : 0);
    const bool is_double = lead >= 0x80;
    if (is_double && (lead < 0xa1 || trail < 0xa1)) return {};
    if (is_double != shifted) {
      if (i > 0) out += is_double ? "~{" : "~}";
      shifted = is_double;
    }
    if (is_double) {
      out += {static_cast<char>(lead & 0x7f), static_cast<char>(trail & 0x7f)};
      ++i;
    } else {
      out += lead == '~' ? "~~" : std::string(1, gb18030[i]);
    }
  }
  return out;
}

std::string WithoutOuterEscapes(std::string iso2022jp) {
  constexpr size_t kEscapeBytes = 3;  // ESC $ B, ESC ( B
  if (iso2022jp.size() >= kEscapeBytes && iso2022jp[0] == 0x1b) iso2022jp.erase(0, kEscapeBytes);
  if (iso2022jp.size() >= kEscapeBytes && iso2022jp[iso2022jp.size() - kEscapeBytes] == 0x1b) iso2022jp.resize(iso2022jp.size() - kEscapeBytes);
  return iso2022jp;
}

}  // namespace sluice::compile
