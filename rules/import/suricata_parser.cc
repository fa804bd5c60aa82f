#include "rules/import/suricata_parser.h"

#include <algorithm>

namespace sluice::import {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

Error Malformed(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

// The next word of the header; an address list in brackets is one word, spaces and all.
std::string NextWord(std::string_view& text) {
  text = Trimmed(text);
  size_t end = 0, depth = 0;
  for (; end < text.size() && (depth > 0 || !IsSpace(text[end])); ++end) {
    if (text[end] == '[') ++depth;
    if (text[end] == ']' && depth > 0) --depth;
  }
  const std::string word(text.substr(0, end));
  text.remove_prefix(end);
  return word;
}

// Up to the semicolon that ends it; one behind a backslash or within quotes does not.
std::string_view NextOption(std::string_view& text) {
  bool in_quotes = false;
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\') {
      ++end;
      continue;
    }
    if (text[end] == '"') in_quotes = !in_quotes;
    if (text[end] == ';' && !in_quotes) break;
  }
  end = std::min(end, text.size());
  const std::string_view option = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Trimmed(option);
}

// Only ; " and : are escaped for the grammar's sake; a backslash before anything else belongs to the value.
std::string Unescaped(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escapes = value[i] == '\\' && i + 1 < value.size() && (value[i + 1] == ';' || value[i + 1] == '"');
    out += value[escapes ? ++i : i];
  }
  return out;
}

SuricataOption ParseOption(std::string_view text) {
  SuricataOption option;
  const size_t colon = text.find(':');
  option.name = Trimmed(text.substr(0, colon));
  if (colon == text.npos) return option;
  std::string_view value = Trimmed(text.substr(colon + 1));
  option.negated = !value.empty() && value.front() == '!';
  if (option.negated) value = Trimmed(value.substr(1));
  const size_t close = value.rfind('"');
  option.quoted = value.size() >= 2 && value.front() == '"' && close > 0;
  // Old rules put modifiers behind the closing quote: content:"x",nocase. They are left to the option's value.
  option.value = Unescaped(option.quoted ? value.substr(1, close - 1) : value);
  return option;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool AppendHex(std::string_view text, std::string& bytes) {
  int high = -1;
  for (const char c : text) {
    if (c == ' ' && high < 0) continue;
    const int digit = HexDigit(c);
    if (digit < 0) return false;
    if (high >= 0) bytes += static_cast<char>(high * 16 + digit);
    high = high < 0 ? digit : -1;
  }
  return high < 0;
}

}  // namespace

std::string SuricataRule::Value(std::string_view name) const {
  for (const SuricataOption& option : options) {
    if (option.name == name) return option.value;
  }
  return {};
}

Result<SuricataRule> ParseSuricataRule(std::string_view line) {
  const size_t open = line.find('(');
  if (open == line.npos) return Malformed("the options in parentheses are missing");
  line = Trimmed(line);
  const size_t begin = line.find('(');
  if (line.back() != ')') return Malformed("the closing parenthesis is missing");
  std::string_view header = line.substr(0, begin), body = line.substr(begin + 1, line.size() - begin - 2);
  SuricataRule rule;
  for (std::string* word : {&rule.action, &rule.protocol, &rule.source, &rule.source_port, &rule.direction, &rule.destination, &rule.destination_port}) {
    *word = NextWord(header);
  }
  if (!Trimmed(header).empty() || rule.destination_port.empty()) return Malformed("the head must be: action protocol address port -> address port");
  if (rule.direction != "->" && rule.direction != "<>") return Malformed("'->' or '<>' was expected between the addresses");
  while (!body.empty()) {
    const std::string_view option = NextOption(body);
    if (!option.empty()) rule.options.push_back(ParseOption(option));
  }
  return rule;
}

std::optional<std::string> ContentBytes(std::string_view value) {
  std::string bytes;
  while (!value.empty()) {
    if (value.front() != '|') {
      // \\ and \: are escapes of a content itself.
      if (value.front() == '\\' && value.size() > 1) value.remove_prefix(1);
      bytes += value.front();
      value.remove_prefix(1);
      continue;
    }
    const size_t close = value.find('|', 1);
    if (close == value.npos || !AppendHex(value.substr(1, close - 1), bytes)) return std::nullopt;
    value.remove_prefix(close + 1);
  }
  return bytes;
}

std::vector<SuricataLine> SuricataLines(std::string_view text) {
  std::vector<SuricataLine> lines;
  bool continues = false;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const bool joins = continues;
    continues = !line.empty() && line.back() == '\\';
    if (continues) line.remove_suffix(1);
    if (joins) {
      lines.back().text += " " + std::string(line);
      continue;
    }
    if (!continues && (line.empty() || line.front() == '#')) continue;
    lines.push_back({number, std::string(line)});
  }
  lines.erase(std::remove_if(lines.begin(), lines.end(), [](const SuricataLine& l) { return Trimmed(l.text).empty() || Trimmed(l.text).front() == '#'; }), lines.end());
  return lines;
}

}  // namespace sluice::import
