// A raw connection to the server, for the tests: what is sent is exactly what is written here.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

namespace sluice::api::testing {

class LocalSocket {
 public:
  explicit LocalSocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~LocalSocket() { close(socket_); }
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;

  bool connected() const { return connected_; }
  bool Send(const std::string& text) const { return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()); }
  // All that comes until the server closes, or nothing came for so long.
  std::string ReadAll(int milliseconds = 5000) const {
    std::string all;
    char buffer[4096];
    pollfd one{socket_, POLLIN, 0};
    while (poll(&one, 1, milliseconds) > 0) {
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) return all;
      all.append(buffer, static_cast<size_t>(got));
    }
    return all + "(still open)";
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace sluice::api::testing
