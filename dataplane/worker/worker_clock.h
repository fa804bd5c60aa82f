// WorkerClock: the time of a burst, from the processor's time stamp counter, as nanoseconds since the epoch.
//
// Anchored to the kernel's monotonic clock at each tick, so that neither a wrong guess of the counter's frequency nor a step of
// the wall clock moves flows about; time never runs backwards. Thread: one worker. Allocates: never.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace sluice::worker {

class WorkerClock {
 public:
  // Nanoseconds of a clock that never steps, and the wall clock at the same moment.
  struct Reading {
    int64_t monotonic = 0, wall = 0;
  };

  WorkerClock(uint64_t cycles, uint64_t cycles_per_second, Reading reading)
      : nanoseconds_per_cycle_(1e9 / static_cast<double>(cycles_per_second)),
        anchor_cycles_(cycles),
        anchor_ns_(reading.wall),
        wall_offset_(reading.wall - reading.monotonic),
        last_ns_(reading.wall) {}

  void Anchor(uint64_t cycles, int64_t monotonic) noexcept {
    anchor_cycles_ = cycles;
    anchor_ns_ = monotonic + wall_offset_;
  }

  Timestamp At(uint64_t cycles) noexcept {
    const double elapsed = static_cast<double>(static_cast<int64_t>(cycles - anchor_cycles_)) * nanoseconds_per_cycle_;
    last_ns_ = std::max(last_ns_, anchor_ns_ + static_cast<int64_t>(elapsed));
    return Timestamp::FromNanoseconds(last_ns_);
  }

  // From the system, without a system call where the kernel offers its page of clocks (vdso(7)).
  static Reading Read() noexcept;

 private:
  double nanoseconds_per_cycle_;
  uint64_t anchor_cycles_;
  int64_t anchor_ns_;
  int64_t wall_offset_;
  int64_t last_ns_;
};

}  // namespace sluice::worker
