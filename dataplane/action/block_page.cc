#include "dataplane/action/block_page.h"

#include <charconv>
#include <cstring>

#include "base/inline_text.h"

namespace sluice::action {
namespace {

constexpr size_t kMaxTitleBytes = 320, kMaxIncidentBytes = 64;  // after escaping
using Body = InlineText<768>;

constexpr std::string_view kBodyBegin =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Transfer blocked</title></head>\n"
    "<body>\n<h1>This transfer was blocked</h1>\n<p>It matched the rule <b>";
constexpr std::string_view kBodyMiddle = "</b>.</p>\n<p>Incident <code>";
constexpr std::string_view kBodyEnd =
    "</code>. Name this number when you ask your security team about it.</p>\n</body>\n</html>\n";
static_assert(kBodyBegin.size() + kBodyMiddle.size() + kBodyEnd.size() + kMaxTitleBytes + kMaxIncidentBytes <= 768);

constexpr std::string_view kHeaderBegin =
    "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: ";
constexpr std::string_view kHeaderEnd = "\r\n\r\n";
static_assert(kHeaderBegin.size() + 3 + kHeaderEnd.size() + 768 <= kMaxBlockPageBytes);

// Bytes of the UTF-8 sequence that begins at `text`; 1 for a byte that begins none.
size_t SequenceLength(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return length <= text.size() ? length : 1;
}

// What stands for the character in HTML text.
std::string_view Escaped(std::string_view character) {
  switch (character[0]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return static_cast<uint8_t>(character[0]) < 0x20 || character[0] == 0x7f ? " " : character;
  }
}

// Cut between characters and before an escape, never within one.
template <size_t N>
InlineText<N> EscapeHtml(std::string_view text) {
  constexpr std::string_view kEllipsis = "…";
  InlineText<N> out;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, SequenceLength(text));
    const std::string_view shown = Escaped(character);
    if (out.view().size() + shown.size() + kEllipsis.size() > N) {
      out.Append(kEllipsis);
      break;
    }
    out.Append(shown);
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace

size_t BuildBlockPage(const BlockPageSpec& spec, std::span<uint8_t> out) noexcept {
  Body body;
  body.Append(kBodyBegin);
  body.Append(EscapeHtml<kMaxTitleBytes>(spec.rule_title).view());
  body.Append(kBodyMiddle);
  body.Append(EscapeHtml<kMaxIncidentBytes>(spec.incident).view());
  body.Append(kBodyEnd);

  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, body.view().size()).ptr;
  InlineText<kMaxBlockPageBytes> page;
  page.Append(kHeaderBegin);
  page.Append({digits, static_cast<size_t>(end - digits)});
  page.Append(kHeaderEnd);
  page.Append(body.view());
  if (page.truncated() || page.view().size() > out.size()) return 0;
  std::memcpy(out.data(), page.view().data(), page.view().size());
  return page.view().size();
}

}  // namespace sluice::action
