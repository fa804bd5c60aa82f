#include "dataplane/worker/worker_clock.h"

#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

constexpr uint64_t kGigahertz = 1'000'000'000;

TEST(WorkerClock, CountsCyclesFromTheWallClock) {
  WorkerClock clock(5000, 2 * kGigahertz, {.monotonic = 77, .wall = 1'000'000});
  EXPECT_EQ(clock.At(5000).nanoseconds(), 1'000'000);
  EXPECT_EQ(clock.At(7000).nanoseconds(), 1'001'000);
}

TEST(WorkerClock, FollowsTheMonotonicClockWhenTheFrequencyWasWrong) {
  WorkerClock clock(0, kGigahertz, {.monotonic = 0, .wall = 1'000'000});
  clock.Anchor(1000, 2000);
  EXPECT_EQ(clock.At(1000).nanoseconds(), 1'002'000);
}

TEST(WorkerClock, NeverRunsBackwards) {
  WorkerClock clock(0, kGigahertz, {.monotonic = 0, .wall = 0});
  EXPECT_EQ(clock.At(5000).nanoseconds(), 5000);
  clock.Anchor(5000, 4000);
  EXPECT_EQ(clock.At(5500).nanoseconds(), 5000);
  EXPECT_EQ(clock.At(7000).nanoseconds(), 6000);
}

TEST(WorkerClock, SurvivesCountersThatDisagreeBetweenProcessors) {
  WorkerClock clock(1000, kGigahertz, {.monotonic = 0, .wall = 500});
  EXPECT_EQ(clock.At(900).nanoseconds(), 500);
}

}  // namespace
}  // namespace sluice::worker
