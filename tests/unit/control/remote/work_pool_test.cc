#include "control/remote/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sluice::remote {
namespace {

TEST(WorkPool, RefusesWhatItsQueueCannotHoldAndDoesTheRest) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> done{0}, begun{0};
  {
    WorkPool pool("test", 2, 3);
    const auto job = [&] {
      begun.fetch_add(1);
      gone.wait();
      done.fetch_add(1);
    };
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(pool.Push(job));
    while (begun.load() < 2) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.Push(job));
    EXPECT_FALSE(pool.Push(job));
    go.set_value();
    while (done.load() < 5) std::this_thread::yield();
    EXPECT_TRUE(pool.Push(job));
    while (done.load() < 6) std::this_thread::yield();
  }
  EXPECT_EQ(done.load(), 6);
}

}  // namespace
}  // namespace sluice::remote
