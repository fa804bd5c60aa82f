#include "control/config/listen_address.h"

#include <arpa/inet.h>

#include <charconv>

namespace sluice::config {
namespace {

bool IsAddress(const std::string& host) {
  in6_addr room{};
  return inet_pton(AF_INET, host.c_str(), &room) == 1 || inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

}  // namespace

Result<ListenAddress> ParseListenAddress(const std::string& text) {
  const Error wrong(ErrorCode::kInvalidArgument, "'" + text + "' is not ADDRESS:PORT, as 192.0.2.7:8443, 0.0.0.0:8443 or [::]:8443");
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong;
  ListenAddress at{text.substr(0, colon), 0};
  const bool bracketed = at.host.size() > 2 && at.host.front() == '[' && at.host.back() == ']';
  if (bracketed) at.host = at.host.substr(1, at.host.size() - 2);
  if (bracketed != (at.host.find(':') != std::string::npos)) return wrong;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, at.port);
  if (error != std::errc() || stop != end || !IsAddress(at.host)) return wrong;
  return at;
}

}  // namespace sluice::config
