#include "dataplane/protocol/http1_probe.h"

#include <llhttp.h>

#include <algorithm>
#include <string_view>

namespace sluice::protocol {
namespace {

constexpr size_t kMaxMethod = 24;
constexpr std::string_view kVersion = "HTTP/1.";

// HTTP_METHOD_MAP leaves out PRI: the preface of HTTP/2 is not HTTP/1.
constexpr std::string_view kMethods[] = {
#define SLUICE_METHOD_NAME(number, name, text) #text,
    HTTP_METHOD_MAP(SLUICE_METHOD_NAME)
#undef SLUICE_METHOD_NAME
};

bool IsMethodLetter(char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsKnownMethod(std::string_view method) {
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

// How much of `pattern` stands at the beginning of `text`: all of it, as far as there is text, or not.
Certainty Match(std::string_view text, std::string_view pattern) {
  const size_t n = std::min(text.size(), pattern.size());
  if (text.substr(0, n) != pattern.substr(0, n)) return Certainty::kNo;
  return n == pattern.size() ? Certainty::kYes : Certainty::kUnsure;
}

}  // namespace

Certainty ProbeRequestLine(ByteView prefix) noexcept {
  std::string_view text = prefix.AsText();
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));  // RFC 9112, 2.2
  size_t method_end = 0;
  while (method_end < text.size() && IsMethodLetter(text[method_end])) ++method_end;
  if (method_end > kMaxMethod) return Certainty::kNo;
  if (method_end == text.size()) return Certainty::kUnsure;
  if (method_end == 0 || text[method_end] != ' ') return Certainty::kNo;
  const bool known = IsKnownMethod(text.substr(0, method_end));

  // A long target of a known method fills the prefix: that is enough.
  const Certainty cut_off = known && prefix.size() >= kProbePrefix ? Certainty::kYes : Certainty::kUnsure;
  const std::string_view target = text.substr(method_end + 1);
  size_t target_end = 0;
  while (target_end < target.size() && static_cast<uint8_t>(target[target_end]) > ' ') ++target_end;
  if (target_end == target.size()) return cut_off;
  if (target_end == 0 || target[target_end] != ' ') return Certainty::kNo;
  const Certainty version = Match(target.substr(target_end + 1), kVersion);
  return version == Certainty::kUnsure ? cut_off : version;
}

Certainty ProbeStatusLine(ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  constexpr size_t kStatus = 9;  // behind "HTTP/1.1 "
  const Certainty version = Match(text, kVersion);
  if (version != Certainty::kYes) return version;
  for (size_t i = kVersion.size(); i < text.size() && i < kStatus + 3; ++i) {
    const bool is_space = i == kStatus - 1;
    if (is_space ? text[i] != ' ' : !IsDigit(text[i])) return Certainty::kNo;
  }
  return text.size() >= kStatus + 3 ? Certainty::kYes : Certainty::kUnsure;
}

Certainty ProbeHttp1(content::Direction, ByteView prefix) noexcept {
  return std::max(ProbeRequestLine(prefix), ProbeStatusLine(prefix));
}

}  // namespace sluice::protocol
