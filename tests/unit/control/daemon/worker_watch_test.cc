#include "control/daemon/worker_watch.h"

#include <gtest/gtest.h>

namespace sluice::daemon {
namespace {

constexpr WorkerWatch::Clock::time_point kBegin{std::chrono::seconds(100)};
constexpr std::chrono::seconds kStallAfter{2};

TEST(WorkerWatch, IsContentWhileEveryThreadGoesRound) {
  WorkerWatch watch(kStallAfter);
  EXPECT_TRUE(watch.Look({1, 7}, kBegin));
  EXPECT_TRUE(watch.Look({2, 8}, kBegin + 2 * kStallAfter));
  EXPECT_TRUE(watch.Alarms().empty());
}

TEST(WorkerWatch, NamesTheThreadThatStalls) {
  WorkerWatch watch(kStallAfter);
  watch.Look({1, 7}, kBegin);
  EXPECT_TRUE(watch.Look({2, 7}, kBegin + kStallAfter / 2));
  EXPECT_FALSE(watch.Look({3, 7}, kBegin + kStallAfter));
  ASSERT_EQ(watch.Alarms().size(), 1u);
  EXPECT_EQ(watch.Alarms()[0], "thread 1 of the data plane stalls: what it should receive is not forwarded");
}

TEST(WorkerWatch, ForgetsAStallThatIsOver) {
  WorkerWatch watch(kStallAfter);
  watch.Look({1}, kBegin);
  EXPECT_FALSE(watch.Look({1}, kBegin + kStallAfter));
  EXPECT_TRUE(watch.Look({2}, kBegin + 2 * kStallAfter));
  EXPECT_TRUE(watch.Alarms().empty());
  EXPECT_FALSE(watch.Threads()[0].stalls);
  EXPECT_EQ(watch.Threads()[0].times, 1u) << "but it is counted";
}

}  // namespace
}  // namespace sluice::daemon
