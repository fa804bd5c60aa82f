// ServiceNotice: what a service manager is told of this process, by the protocol of sd_notify(3): a datagram to the socket that it names
// in the environment. Where it names none nothing is said.
//
// Thread: main. Allocates: yes. Failure: a notice that cannot be sent is logged, once; the manager then acts as if it had not been said.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::daemon {

class ServiceNotice {
 public:
  using Clock = std::chrono::steady_clock;

  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment, so that no child speaks for us.
  // REQUIRES: no other thread runs yet.
  ServiceNotice();
  ~ServiceNotice();
  ServiceNotice(const ServiceNotice&) = delete;
  ServiceNotice& operator=(const ServiceNotice&) = delete;

  void Ready() { Send("READY=1"); }
  void Reloading() { Send("RELOADING=1"); }
  void Stopping() { Send("STOPPING=1"); }
  // To be called at least as often as half the watchdog's time, and only while all is well; says so when half of it has passed.
  void Alive(Clock::time_point now);

  // How long the manager waits before it ends the process; zero: it does not watch.
  std::chrono::microseconds watchdog() const { return watchdog_; }

 private:
  void Send(std::string_view text);

  int socket_ = -1;
  std::string address_;  // as in sun_path; an abstract one begins with a zero byte
  std::chrono::microseconds watchdog_{0};
  Clock::time_point next_alive_{};
  bool failed_ = false;
};

}  // namespace sluice::daemon
