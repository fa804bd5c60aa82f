#include "dataplane/port/kernel_interface.h"

#include <linux/if_ether.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace sluice::port {
namespace {

// A socket that only carries questions to the kernel.
class QuerySocket {
 public:
  QuerySocket() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~QuerySocket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  QuerySocket(const QuerySocket&) = delete;
  QuerySocket& operator=(const QuerySocket&) = delete;

  bool Ask(unsigned long request, ifreq& question) const { return ioctl(descriptor_, request, &question) == 0; }

 private:
  int descriptor_;
};

ifreq QuestionAbout(const std::string& name) {
  ifreq question{};
  name.copy(question.ifr_name, IFNAMSIZ - 1);
  return question;
}

Status CheckPacketSocket(const std::string& name) {
  const int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (descriptor >= 0) {
    close(descriptor);
    return {};
  }
  if (errno == EPERM || errno == EACCES) {
    return Error(ErrorCode::kPermissionDenied, "interface '" + name +
                                                   "': packet sockets are refused; run as root or with CAP_NET_RAW and CAP_NET_ADMIN");
  }
  return Error::FromErrno(errno, "interface '" + name + "': opening a packet socket");
}

// True when the flag's state changed.
Result<bool> SetUp(const std::string& name, bool up) {
  const QuerySocket query;
  ifreq question = QuestionAbout(name);
  if (!query.Ask(SIOCGIFFLAGS, question)) return Error::FromErrno(errno, "interface '" + name + "': reading its flags");
  const bool is_up = (question.ifr_flags & IFF_UP) != 0;
  if (is_up == up) return false;
  question.ifr_flags = static_cast<short>(question.ifr_flags ^ IFF_UP);
  if (!query.Ask(SIOCSIFFLAGS, question)) {
    return Error::FromErrno(errno, "interface '" + name + (up ? "': setting it up" : "': setting it down"));
  }
  return true;
}

}  // namespace

Result<KernelInterface> KernelInterface::Find(const std::string& name) {
  if (name.size() >= IFNAMSIZ) {
    return Error(ErrorCode::kInvalidArgument, "interface '" + name + "': names have at most 15 characters");
  }
  if (if_nametoindex(name.c_str()) == 0) {
    return Error(ErrorCode::kNotFound,
                 "interface '" + name + "' does not exist in this network namespace; `ip link` lists those that do");
  }
  if (Status status = CheckPacketSocket(name); !status) return status.error();
  return KernelInterface(name);
}

KernelInterface::KernelInterface(KernelInterface&& other) noexcept
    : name_(std::move(other.name_)), was_down_(std::exchange(other.was_down_, false)) {}

KernelInterface::~KernelInterface() {
  if (!was_down_) return;
  if (Result<bool> changed = SetUp(name_, false); !changed) LogWarning(changed.error().message());
}

Status KernelInterface::BringUp() {
  Result<bool> changed = SetUp(name_, true);
  if (!changed) return changed.error();
  was_down_ = was_down_ || *changed;
  return {};
}

bool KernelInterface::HasCarrier() const {
  const QuerySocket query;
  ifreq question = QuestionAbout(name_);
  if (!query.Ask(SIOCGIFFLAGS, question)) return false;
  return (question.ifr_flags & IFF_UP) != 0 && (question.ifr_flags & IFF_RUNNING) != 0;
}

uint32_t KernelInterface::Mtu() const {
  const QuerySocket query;
  ifreq question = QuestionAbout(name_);
  return query.Ask(SIOCGIFMTU, question) && question.ifr_mtu > 0 ? static_cast<uint32_t>(question.ifr_mtu) : 0;
}

}  // namespace sluice::port
