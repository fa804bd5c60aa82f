// Listener: a socket that waits for connections over TCP.
//
// Thread: one owner. Allocates: yes. Failure: an error that names the address.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "control/config/listen_address.h"

namespace sluice::remote {

class Listener {
 public:
  // Also at an address that no interface has yet, as at the start of a machine (ip(7), IP_FREEBIND).
  static Result<Listener> Open(const config::ListenAddress& at);
  ~Listener();
  Listener(Listener&& other) noexcept : socket_(std::exchange(other.socket_, -1)), port_(other.port_) {}
  Listener& operator=(Listener&&) = delete;

  int socket() const { return socket_; }
  // The one that was asked for, or where that was 0 the one that the system chose.
  uint16_t port() const { return port_; }

 private:
  explicit Listener(int socket) : socket_(socket) {}

  int socket_;
  uint16_t port_ = 0;
};

// Who is at the other end, as far as connections of one are counted together: an IPv4 address, or the /64 of an IPv6 one.
std::string PeerOf(int socket);

}  // namespace sluice::remote
