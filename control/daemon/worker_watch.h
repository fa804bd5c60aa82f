// WorkerWatch: which threads of the data plane have stopped going round, told from heartbeats that each counts by itself every 10 ms.
//
// Thread: Look by main, Alarms by any. Allocates: yes. A stall is logged when it is seen, and its end as well.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::daemon {

class WorkerWatch {
 public:
  using Clock = std::chrono::steady_clock;
  explicit WorkerWatch(std::chrono::milliseconds stall_after) : stall_after_(stall_after) {}

  // Heartbeats of all threads, in the same order each time. True while every one of them goes round.
  bool Look(const std::vector<uint64_t>& heartbeats, Clock::time_point now);
  // A sentence for each thread that stalls.
  std::vector<std::string> Alarms() const;
  // Of each thread: whether it stalls now, and how often it has.
  struct Thread {
    bool stalls = false;
    uint64_t times = 0;
  };
  std::vector<Thread> Threads() const;

 private:
  struct Watched {
    uint64_t heartbeats = 0;
    Clock::time_point since;  // of the last one
    Thread thread;
  };

  const std::chrono::milliseconds stall_after_;
  mutable std::mutex mutex_;  // guards watched_
  std::vector<Watched> watched_;
};

}  // namespace sluice::daemon
