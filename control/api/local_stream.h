// LocalStream: one connection of a Unix socket as cpp-httplib wants to read and write it, with an end to everybody's patience: a
// deadline for each request, and a bound to what may come in. Included by local_server.cc alone.
#pragma once

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace sluice::api {

class LocalStream final : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  LocalStream(int socket, std::chrono::milliseconds patience, size_t max_bytes) : socket_(socket), patience_(patience), max_bytes_(max_bytes) {}

  void BeginRequest() {
    deadline_ = Clock::now() + patience_;
    left_ = max_bytes_;
  }
  // For answers, and each part of a stream.
  void BeginWriting() { deadline_ = Clock::now() + patience_; }

  bool WaitForRequest(std::chrono::milliseconds timeout) const { return Poll(POLLIN, Clock::now() + timeout); }

  bool is_readable() const override { return Poll(POLLIN, deadline_); }
  bool is_writable() const override { return Poll(POLLOUT, deadline_); }
  ssize_t read(char* into, size_t size) override {
    size = std::min(size, left_);
    if (size == 0 || !is_readable()) return -1;
    const ssize_t got = recv(socket_, into, size, 0);
    if (got > 0) left_ -= static_cast<size_t>(got);
    return got;
  }
  ssize_t write(const char* from, size_t size) override {
    if (!is_writable()) return -1;
    return send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  socket_t socket() const override { return socket_; }

 private:
  bool Poll(short what, Clock::time_point until) const {
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
      if (left.count() < 0) return false;
      pollfd one{socket_, what, 0};
      const int ready = poll(&one, 1, static_cast<int>(left.count()));
      if (ready < 0 && errno == EINTR) continue;
      return ready > 0;
    }
  }

  const int socket_;
  const std::chrono::milliseconds patience_;
  const size_t max_bytes_;
  Clock::time_point deadline_;
  size_t left_ = 0;
};

}  // namespace sluice::api
