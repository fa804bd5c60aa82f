#include "control/remote/request_target.h"

#include <optional>
#include <string>

namespace sluice::remote {
namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? DigitOf(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? DigitOf(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return out;
}

bool HasControls(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

}  // namespace

bool ReadTarget(std::string_view target, api::Request& request) {
  if (target.empty() || target.front() != '/') return false;
  const size_t question = target.find('?');
  const std::optional<std::string> path = Unescape(target.substr(0, question), false);
  if (!path || HasControls(*path)) return false;
  request.path = *path;
  request.query.clear();
  std::string_view rest = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  while (!rest.empty()) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::optional<std::string> name = Unescape(pair.substr(0, equals), true);
    const std::optional<std::string> value = equals == std::string_view::npos ? std::string() : Unescape(pair.substr(equals + 1), true);
    if (!name || !value) return false;
    request.query.emplace(*name, *value);
  }
  return true;
}

}  // namespace sluice::remote
