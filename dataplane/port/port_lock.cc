#include "dataplane/port/port_lock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace sluice::port {

Result<PortLock> PortLock::Acquire(std::string_view device) {
  const std::string key = "sluice/port/" + std::string(device);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // unix(7): an abstract address begins with a null byte and is as long as the length says.
  if (key.size() + 1 > sizeof(address.sun_path)) {
    return Error(ErrorCode::kInvalidArgument, "device name '" + std::string(device) + "' is too long");
  }
  key.copy(address.sun_path + 1, key.size());
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Error::FromErrno(errno, "opening the lock of '" + std::string(device) + "'");
  PortLock lock(descriptor);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + key.size());
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    if (errno == EADDRINUSE) {
      return Error(ErrorCode::kPermissionDenied, "'" + std::string(device) +
                                                     "' is taken by another running sluiced; stop that one or choose another device");
    }
    return Error::FromErrno(errno, "locking '" + std::string(device) + "'");
  }
  return lock;
}

PortLock::PortLock(PortLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

PortLock& PortLock::operator=(PortLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

PortLock::~PortLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace sluice::port
