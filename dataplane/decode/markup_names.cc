#include "dataplane/decode/markup_names.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace sluice::decode {
namespace {

// Without prefix. In small letters, as HTML is compared.
constexpr std::string_view kBlocks[] = {
    "address", "article", "aside", "blockquote", "body", "br", "button", "c", "caption", "category", "cell", "cr", "creator", "dd", "description",
    "div", "dl", "dt", "fieldset", "figcaption", "footer", "form", "h", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html",
    "keywords", "lastmodifiedby", "layer", "li", "line-break", "list-item", "lpstr", "lpwstr", "nav", "ol", "option", "p", "page", "pageblock", "pre",
    "row", "section", "select", "si", "subject", "tab", "table", "table-cell", "table-row", "tbody", "td", "textarea", "tfoot", "th", "thead", "title",
    "tr", "ul",
};
// Elements without prefix that only dress characters, in vocabularies other than HTML (SpreadsheetML, SVG) and in pieces of HTML.
constexpr std::string_view kInline[] = {
    "b", "charset", "color", "condense", "del", "em", "extend", "family", "font", "i", "ins", "mark", "outline", "r", "rb", "rfont", "rp",
    "rpr", "rt", "ruby", "scheme", "shadow", "small", "span", "strike", "strong", "sub", "sup", "sz", "t", "tspan", "u", "vertalign", "wbr",
};

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool Less(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) < Lower(y); });
}

// For each length, which first letters there are: nearly all names that are not in a list fail this.
constexpr size_t kLongest = 16;
template <size_t n>
constexpr std::array<uint32_t, kLongest> FirstLetters(const std::string_view (&names)[n]) {
  std::array<uint32_t, kLongest> letters{};
  for (const std::string_view name : names) letters[name.size()] |= 1u << (name[0] & 31);
  return letters;
}
constexpr std::array<uint32_t, kLongest> kBlockLetters = FirstLetters(kBlocks), kInlineLetters = FirstLetters(kInline);

bool MayBeOneOf(std::string_view name, const std::array<uint32_t, kLongest>& letters) {
  return !name.empty() && name.size() < kLongest && (letters[name.size()] >> (name[0] & 31) & 1) != 0;
}

template <size_t n>
bool IsOneOf(std::string_view name, const std::string_view (&sorted)[n]) {
  const auto* at = std::lower_bound(std::begin(sorted), std::end(sorted), name, Less);
  return at != std::end(sorted) && EqualsIgnoringCase(name, *at);
}

struct NamedEntity {
  std::string_view name;
  uint32_t character;
};
constexpr NamedEntity kEntities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"ensp", ' '}, {"emsp", ' '}, {"thinsp", ' '},
    {"middot", 0xB7}, {"bull", 0x2022}, {"star", 0x2606}, {"starf", 0x2605}, {"bigstar", 0x2605}, {"copy", 0xA9}, {"reg", 0xAE},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D},
    {"eacute", 0xE9}, {"Eacute", 0xC9}, {"egrave", 0xE8}, {"Egrave", 0xC8}, {"sol", '/'}, {"colon", ':'}, {"ast", '*'}, {"plus", '+'},
    {"shy", 0xAD}, {"zwj", 0x200D}, {"zwnj", 0x200C}, {"ZeroWidthSpace", 0x200B}, {"NoBreak", 0x2060}, {"lrm", 0x200E}, {"rlm", 0x200F},
};

uint32_t Numeric(std::string_view digits, uint32_t base) {
  uint32_t value = 0;
  if (digits.empty()) return 0;
  for (const char c : digits) {
    const char lower = Lower(c);
    const int digit = lower >= '0' && lower <= '9' ? lower - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
    if (digit >= static_cast<int>(base) || value > 0x10FFFF) return 0;
    value = value * base + static_cast<uint32_t>(digit);
  }
  return value;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return Lower(a) == b; });
}

bool BreaksText(std::string_view name, bool is_html) noexcept {
  const size_t colon = name.find(':');
  const bool has_prefix = colon != std::string_view::npos;
  const std::string_view local = has_prefix ? name.substr(colon + 1) : name;
  if (MayBeOneOf(local, kBlockLetters) && IsOneOf(local, kBlocks)) return true;
  return !has_prefix && !is_html && !(MayBeOneOf(local, kInlineLetters) && IsOneOf(local, kInline));
}

bool HidesText(std::string_view name) noexcept { return EqualsIgnoringCase(name, "script") || EqualsIgnoringCase(name, "style"); }

bool IsAnnotation(std::string_view name) noexcept { return EqualsIgnoringCase(name, "rt") || EqualsIgnoringCase(name, "rp"); }

// Unicode 15: Default_Ignorable_Code_Point, of which those that text has.
bool IsInvisible(uint32_t c) noexcept {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

uint32_t CharacterOf(std::string_view entity) noexcept {
  if (entity.size() > 1 && entity[0] == '#') {
    return Lower(entity[1]) == 'x' ? Numeric(entity.substr(2), 16) : Numeric(entity.substr(1), 10);
  }
  for (const NamedEntity& named : kEntities) {
    if (named.name == entity) return named.character;
  }
  return 0;
}

}  // namespace sluice::decode
