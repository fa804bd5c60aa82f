#include "dataplane/decode/declared_charset.h"

#include <algorithm>
#include <array>

#include "base/byte_view.h"
#include "rules/text/character.h"

namespace sluice::decode {
namespace {

using model::Encoding;

struct CharsetName {
  std::string_view name;  // lower case
  Encoding encoding;
};

// https://www.iana.org/assignments/character-sets, and how mail programs write them.
constexpr CharsetName kCharsets[] = {
    {"gb18030", Encoding::kGb18030},       {"gbk", Encoding::kGb18030},          {"gb2312", Encoding::kGb18030},      {"cp936", Encoding::kGb18030},
    {"x-gbk", Encoding::kGb18030},         {"windows-936", Encoding::kGb18030},  {"big5", Encoding::kBig5},           {"big5-hkscs", Encoding::kBig5},
    {"cp950", Encoding::kBig5},            {"shift_jis", Encoding::kShiftJis},   {"windows-31j", Encoding::kShiftJis}, {"cp932", Encoding::kShiftJis},
    {"x-sjis", Encoding::kShiftJis},       {"euc-jp", Encoding::kEucJp},         {"euc-kr", Encoding::kEucKr},        {"ks_c_5601-1987", Encoding::kEucKr},
    {"cp949", Encoding::kEucKr},           {"koi8-r", Encoding::kKoi8R},         {"windows-1251", Encoding::kWindows1251}, {"cp1251", Encoding::kWindows1251},
    {"ibm866", Encoding::kCp866},          {"cp866", Encoding::kCp866},          {"windows-1252", Encoding::kWindows1252}, {"iso-8859-1", Encoding::kWindows1252},
    {"utf-16be", Encoding::kUtf16Be},      {"utf-16le", Encoding::kUtf16Le},
};

bool EqualsLower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

const CharsetName* Find(std::string_view charset) {
  charset = charset.substr(0, charset.find('*'));  // RFC 2231, 5: a language may follow
  const auto* found = std::find_if(std::begin(kCharsets), std::end(kCharsets), [&](const CharsetName& c) { return EqualsLower(charset, c.name); });
  return found == std::end(kCharsets) ? nullptr : found;
}

// RFC 3629, 3. `utf8` has room for four.
size_t Encode(char32_t c, char* utf8) {
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (c < 0x80) {
    utf8[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    utf8[0] = static_cast<char>(0xC0 | c >> 6);
    utf8[1] = tail(c);
    return 2;
  }
  if (c < 0x10000) {
    utf8[0] = static_cast<char>(0xE0 | c >> 12);
    utf8[1] = tail(c >> 6);
    utf8[2] = tail(c);
    return 3;
  }
  utf8[0] = static_cast<char>(0xF0 | c >> 18);
  utf8[1] = tail(c >> 12);
  utf8[2] = tail(c >> 6);
  utf8[3] = tail(c);
  return 4;
}

bool IsUtf8(std::string_view text) {
  for (ByteView rest(text); !rest.empty();) {
    const text::Character c = text::FirstCharacter(rest, Encoding::kUtf8);
    if (c.code_point == 0 || c.bytes == 0) return false;
    rest = rest.From(c.bytes);
  }
  return true;
}

}  // namespace

Status PrepareDeclaredCharsets() {
  for (const CharsetName& charset : kCharsets) {
    if (const Status prepared = text::PrepareCharacters(charset.encoding); !prepared) return prepared;
  }
  return {};
}

size_t ToUtf8(std::string_view text, std::string_view charset, std::span<char> to) noexcept {
  const CharsetName* known = Find(charset);
  if (known == nullptr) return 0;
  size_t written = 0;
  for (ByteView rest(text); !rest.empty();) {
    const text::Character c = text::FirstCharacter(rest, known->encoding);
    std::array<char, 4> utf8;
    if (c.code_point == 0 || c.bytes == 0) return 0;
    const size_t bytes = Encode(c.code_point, utf8.data());
    if (bytes > to.size() - written) return 0;
    std::copy_n(utf8.begin(), bytes, to.begin() + static_cast<ptrdiff_t>(written));
    written += bytes;
    rest = rest.From(c.bytes);
  }
  return written;
}

std::string_view ReadableName(std::string_view name, std::string_view charset, std::span<char> room) noexcept {
  if (charset.empty() || IsUtf8(name)) return name;
  const size_t written = ToUtf8(name, charset, room);
  return written > 0 ? std::string_view(room.data(), written) : name;
}

}  // namespace sluice::decode
