#include "control/daemon/signals.h"

#include <pthread.h>

#include <ctime>

namespace sluice::daemon {

Signals::Signals() {
  sigemptyset(&watched_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, signal);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
  // A reader of our output that goes away must not end the appliance; the write's error is counted.
  std::signal(SIGPIPE, SIG_IGN);
}

// The run is over; an impatient second signal must not kill the process while it puts things in order.
Signals::~Signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Wish Signals::Wait(std::chrono::milliseconds timeout) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit = {seconds.count(), std::chrono::nanoseconds(timeout - seconds).count()};
  const int signal = sigtimedwait(&watched_, nullptr, &limit);
  if (signal == SIGINT || signal == SIGTERM) return Wish::kStop;
  return signal == SIGHUP ? Wish::kReload : Wish::kNone;
}

}  // namespace sluice::daemon
