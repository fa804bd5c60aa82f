#include "control/remote/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sluice::remote {
namespace {

constexpr int kBacklog = 511;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// Nothing where `host` is no address: size 0.
Address AddressOf(const config::ListenAddress& at) {
  Address address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, at.host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(at.port);
    address.size = sizeof *four;
  } else if (inet_pton(AF_INET6, at.host.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(at.port);
    address.size = sizeof *six;
  }
  return address;
}

}  // namespace

Result<Listener> Listener::Open(const config::ListenAddress& at) {
  const std::string name = "api: " + at.host + " port " + std::to_string(at.port);
  const Address address = AddressOf(at);
  if (address.size == 0) return Error(ErrorCode::kInvalidArgument, name + " is no address");
  const int descriptor = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return Error::FromErrno(errno, name);
  Listener listener(descriptor);
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(descriptor, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  // [::] is IPv6 alone, so that 0.0.0.0 beside it is no contradiction.
  if (address.storage.ss_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) return Error::FromErrno(errno, name);
  if (listen(descriptor, kBacklog) != 0) return Error::FromErrno(errno, name);
  Address bound;
  bound.size = sizeof bound.storage;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) return Error::FromErrno(errno, name);
  listener.port_ = ntohs(bound.storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&bound.storage)->sin6_port
                                                             : reinterpret_cast<const sockaddr_in*>(&bound.storage)->sin_port);
  return listener;
}

Listener::~Listener() {
  if (socket_ >= 0) close(socket_);
}

std::string PeerOf(int socket) {
  Address peer;
  peer.size = sizeof peer.storage;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) return {};
  if (peer.storage.ss_family == AF_INET) {
    return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in*>(&peer.storage)->sin_addr), 4};
  }
  // Whoever has one address of a network of IPv6 has all of them (RFC 4291, 2.5.4).
  return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in6*>(&peer.storage)->sin6_addr), 8};
}

}  // namespace sluice::remote
