#include "dataplane/worker/worker_clock.h"

#include <ctime>

namespace sluice::worker {
namespace {

int64_t ReadNanoseconds(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

WorkerClock::Reading WorkerClock::Read() noexcept { return {ReadNanoseconds(CLOCK_MONOTONIC), ReadNanoseconds(CLOCK_REALTIME)}; }

}  // namespace sluice::worker
