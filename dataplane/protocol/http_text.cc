#include "dataplane/protocol/http_text.h"

#include <algorithm>
#include <limits>

#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// One parameter of a header value: `; key=value` or `; key="va\"lue"`.
struct Parameter {
  std::string_view key;
  std::string_view value;  // without the quotes, escapes as they stand
  bool quoted = false;
};

// Takes the next parameter off `rest`, which begins behind the value or the last parameter.
bool NextParameter(std::string_view& rest, Parameter& parameter) {
  const size_t start = rest.find(';');
  if (start == std::string_view::npos) return false;
  rest.remove_prefix(start + 1);
  const size_t key_end = std::min(rest.find_first_of("=;"), rest.size());
  parameter = Parameter{TrimHttpSpace(rest.substr(0, key_end)), {}, false};
  rest.remove_prefix(key_end);
  if (rest.empty() || rest[0] != '=') return true;
  rest = TrimHttpSpace(rest.substr(1));
  if (rest.empty() || rest[0] != '"') {
    const size_t end = std::min(rest.find(';'), rest.size());
    parameter.value = TrimHttpSpace(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  size_t end = 1;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  end = std::min(end, rest.size());
  parameter.value = rest.substr(1, end - 1);
  parameter.quoted = true;
  rest.remove_prefix(end);
  return true;
}

void AssignUnescaped(std::string_view quoted, InlineText<kNameLength>& out) {
  out.Clear();
  for (size_t i = 0; i < quoted.size(); ++i) {
    // Old browsers send C:\dir\file unescaped: only a quote or a backslash is taken as escaped.
    if (quoted[i] == '\\' && i + 1 < quoted.size() && (quoted[i + 1] == '"' || quoted[i + 1] == '\\')) ++i;
    out.Append(quoted.substr(i, 1));
  }
}

// RFC 8187, 3.2: charset'language'percent-encoded. The bytes are kept in their charset.
bool AssignExtended(std::string_view value, InlineText<kNameLength>& out) {
  const size_t charset_end = value.find('\'');
  if (charset_end == std::string_view::npos) return false;
  const size_t language_end = value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return false;
  out.Clear();
  AppendPercentDecoded(value.substr(language_end + 1), out);
  return true;
}

}  // namespace

std::string_view TrimHttpSpace(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return Lower(a) == b; });
}

std::string_view NextListElement(std::string_view& rest) noexcept {
  const size_t end = std::min(rest.find(','), rest.size());
  const std::string_view element = TrimHttpSpace(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return element;
}

void AppendPercentDecoded(std::string_view text, InlineText<kNameLength>& out) noexcept {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      c = static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    }
    out.Append({&c, 1});
  }
}

std::string_view HostOfTarget(std::string_view target) noexcept {
  if (target.empty() || target[0] == '/' || target[0] == '*') return {};
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return target.find('/') == std::string_view::npos ? target : std::string_view{};
  target.remove_prefix(scheme + 3);
  return target.substr(0, std::min(target.find_first_of("/?#"), target.size()));
}

void AssignPathOfTarget(std::string_view target, InlineText<kNameLength>& path) noexcept {
  const size_t scheme = target.find("://");
  if (!target.empty() && target[0] != '/' && scheme != std::string_view::npos) {
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
  }
  path.Clear();
  AppendPercentDecoded(target.substr(0, std::min(target.find_first_of("?#"), target.size())), path);
}

bool ReadContentRange(std::string_view value, ByteRange& range) noexcept {
  constexpr std::string_view kUnit = "bytes ";
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  const auto take = [&value](char c) {
    if (value.empty() || value[0] != c) return false;
    value.remove_prefix(1);
    return true;
  };
  if (!EqualsIgnoringCase(value.substr(0, kUnit.size()), kUnit)) return false;
  value.remove_prefix(kUnit.size());
  ByteRange read;
  uint64_t last = 0;
  if (!ReadDecimal(value, read.first) || !take('-') || !ReadDecimal(value, last) || last < read.first || last == kMost || !take('/')) return false;
  if (!take('*') && (!ReadDecimal(value, read.whole) || last >= read.whole)) return false;
  if (!value.empty()) return false;
  read.end = last + 1;
  range = read;
  return true;
}

void AssignDispositionName(std::string_view value, InlineText<kNameLength>& name) noexcept {
  Parameter parameter;
  bool has_extended = false;
  while (NextParameter(value, parameter)) {
    if (EqualsIgnoringCase(parameter.key, "filename*")) {
      has_extended = AssignExtended(parameter.value, name) || has_extended;
    } else if (EqualsIgnoringCase(parameter.key, "filename") && !has_extended && !parameter.value.empty()) {
      if (parameter.quoted) AssignUnescaped(parameter.value, name);
      else name.Assign(parameter.value);
    }
  }
}

}  // namespace sluice::protocol
