#include "base/counter.h"

#include <gtest/gtest.h>

#include <thread>

namespace sluice {
namespace {

enum class Drop : uint8_t { kTooLong, kTooShort, kCount };

TEST(Counter, StartsAtZeroAndAdds) {
  Counter counter;
  EXPECT_EQ(counter.value(), 0u);
  counter.Add();
  counter.Add(41);
  EXPECT_EQ(counter.value(), 42u);
}

TEST(Counter, AReaderSeesItGrowAndNeverShrink) {
  Counter counter;
  constexpr uint64_t kAdds = 200000;
  std::thread writer([&] {
    for (uint64_t i = 0; i < kAdds; ++i) counter.Add();
  });
  uint64_t last = 0;
  while (last < kAdds) {
    const uint64_t now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(counter.value(), kAdds);
}

TEST(CounterSet, KeepsEachWordApart) {
  CounterSet<Drop> drops;
  drops.Add(Drop::kTooLong, 3);
  drops.Add(Drop::kTooShort);
  EXPECT_EQ(drops.value(Drop::kTooLong), 3u);
  EXPECT_EQ(drops.value(Drop::kTooShort), 1u);
  EXPECT_EQ(drops.Sum(), 4u);
  EXPECT_EQ(CounterSet<Drop>::kSize, 2u);
}

}  // namespace
}  // namespace sluice
