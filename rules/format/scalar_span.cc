#include "rules/format/scalar_span.h"

#include <algorithm>

namespace sluice::format {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n'; }

size_t EndOfLine(std::string_view text, size_t at) { return std::min(text.find('\n', at), text.size()); }

// YAML 1.2, 7.3.2: a doubled quote is one.
size_t EndOfSingleQuoted(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] != '\'') continue;
    if (at + 1 >= text.size() || text[at + 1] != '\'') return at + 1;
    ++at;
  }
  return kNoEnd;
}

size_t EndOfDoubleQuoted(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return kNoEnd;
}

// YAML 1.2, 8.1: the lines that are indented as the first one that is not blank. Blank lines at the end belong to it only
// where the header keeps them (+).
size_t EndOfBlock(std::string_view text, size_t at) {
  const size_t header_end = EndOfLine(text, at);
  const std::string_view header = text.substr(at, header_end - at);
  const std::string_view indicators = header.substr(0, std::min(header.find('#'), header.size()));
  if (indicators.find_first_of("123456789") != indicators.npos) return kNoEnd;
  const bool keeps = indicators.find('+') != indicators.npos;
  size_t end = header_end, indent = 0;
  for (size_t line = header_end + 1; line < text.size();) {
    const size_t line_end = EndOfLine(text, line);
    const size_t first = std::min(text.find_first_not_of(' ', line), line_end);
    const bool is_blank = first == line_end;
    if (!is_blank && indent == 0) indent = first - line;
    if (!is_blank && (indent == 0 || first - line < indent)) break;
    if (!is_blank || keeps) end = line_end;
    line = line_end + 1;
  }
  return end;
}

// A plain scalar is written as it reads, but for its line breaks and the spaces round them (YAML 1.2, 7.3.3).
size_t EndOfPlain(std::string_view text, size_t at, std::string_view meaning) {
  size_t m = 0;
  while (m < meaning.size()) {
    if (at >= text.size()) return kNoEnd;
    if (text[at] == meaning[m] && text[at] != '\n') {
      // A run of spaces may be a line break that reads as one.
      const size_t run_end = std::min(text.find_first_not_of(" \t\n", at), text.size());
      if (!IsSpace(text[at]) || text.substr(at, run_end - at).find('\n') == std::string_view::npos) {
        ++at;
        ++m;
        continue;
      }
    }
    if (!IsSpace(text[at]) || (meaning[m] != ' ' && meaning[m] != '\n')) return kNoEnd;
    while (at < text.size() && IsSpace(text[at])) ++at;
    if (meaning[m] == ' ') {
      ++m;
    } else {
      while (m < meaning.size() && meaning[m] == '\n') ++m;
    }
  }
  return at;
}

}  // namespace

size_t ColumnOf(std::string_view text, size_t offset) {
  const size_t line_feed = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  return line_feed == text.npos ? offset : offset - line_feed - 1;
}

size_t EndOfScalar(std::string_view text, const syntax::Node& scalar) {
  if (scalar.kind == syntax::Node::Kind::kNull && scalar.text.empty()) return scalar.offset;
  if (scalar.offset >= text.size()) return kNoEnd;
  switch (text[scalar.offset]) {
    case '\'': return EndOfSingleQuoted(text, scalar.offset);
    case '"': return EndOfDoubleQuoted(text, scalar.offset);
    case '|':
    case '>': return EndOfBlock(text, scalar.offset);
    default: return EndOfPlain(text, scalar.offset, scalar.text);
  }
}

}  // namespace sluice::format
