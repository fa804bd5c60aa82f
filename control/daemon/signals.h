// Signals: the ones that a run answers, taken one at a time by the main thread instead of interrupting whatever runs.
//
// Blocked from construction on, in this thread and all that it starts. Thread: main.
#pragma once

#include <chrono>
#include <csignal>

namespace sluice::daemon {

enum class Wish : unsigned char { kNone, kStop, kReload };

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next wish, or kNone when none came in time.
  Wish Wait(std::chrono::milliseconds timeout) const;

 private:
  sigset_t watched_;
  sigset_t before_;
};

}  // namespace sluice::daemon
