#include "control/daemon/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/log.h"

namespace sluice::daemon {
namespace {

std::string Take(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  unsetenv(name);
  return text;
}

std::optional<uint64_t> Number(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ServiceNotice::ServiceNotice() : address_(Take("NOTIFY_SOCKET")) {
  const std::string interval = Take("WATCHDOG_USEC");
  const std::string process = Take("WATCHDOG_PID");
  if (address_.empty()) return;
  // sd_notify(3): a path, or an abstract name behind '@'.
  if ((address_[0] != '/' && address_[0] != '@') || address_.size() >= sizeof(sockaddr_un::sun_path)) {
    LogError("NOTIFY_SOCKET is no address of a socket: the service manager is not told anything");
    return;
  }
  if (address_[0] == '@') address_[0] = '\0';
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) LogError(Error::FromErrno(errno, "a socket for the service manager").message());
  // sd_watchdog_enabled(3): meant for this process where WATCHDOG_PID is its own or absent.
  const bool is_ours = process.empty() || Number(process) == static_cast<uint64_t>(getpid());
  if (is_ours) watchdog_ = std::chrono::microseconds(Number(interval).value_or(0));
}

ServiceNotice::~ServiceNotice() {
  if (socket_ >= 0) close(socket_);
}

void ServiceNotice::Alive(Clock::time_point now) {
  if (watchdog_.count() == 0 || now < next_alive_) return;
  next_alive_ = now + watchdog_ / 2;
  Send("WATCHDOG=1");
}

void ServiceNotice::Send(std::string_view text) {
  if (socket_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const ssize_t sent = sendto(socket_, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length);
  const bool failed = sent != static_cast<ssize_t>(text.size());
  if (failed && !failed_) LogError(Error::FromErrno(errno, "telling the service manager " + std::string(text)).message());
  failed_ = failed;
}

}  // namespace sluice::daemon
