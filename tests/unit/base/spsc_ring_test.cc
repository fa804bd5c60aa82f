#include "base/spsc_ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace sluice {
namespace {

TEST(SpscRing, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(SpscRing<int>(0).capacity(), 2u);
  EXPECT_EQ(SpscRing<int>(2).capacity(), 2u);
  EXPECT_EQ(SpscRing<int>(3).capacity(), 4u);
  EXPECT_EQ(SpscRing<int>(1024).capacity(), 1024u);
}

TEST(SpscRing, GivesBackInOrder) {
  SpscRing<int> ring(4);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(ring.Push(i));
  for (int i = 0; i < 4; ++i) {
    int value = -1;
    ASSERT_TRUE(ring.Pop(value));
    EXPECT_EQ(value, i);
  }
}

TEST(SpscRing, RefusesWhenFullAndKeepsWhatItHas) {
  SpscRing<int> ring(2);
  ASSERT_TRUE(ring.Push(1) && ring.Push(2));
  EXPECT_FALSE(ring.Push(3));
  EXPECT_EQ(ring.size(), 2u);
  int value = 0;
  ASSERT_TRUE(ring.Pop(value));
  EXPECT_EQ(value, 1);
  EXPECT_TRUE(ring.Push(3));
}

TEST(SpscRing, RefusesWhenEmptyAndLeavesTheValue) {
  SpscRing<int> ring(2);
  int value = 7;
  EXPECT_FALSE(ring.Pop(value));
  EXPECT_EQ(value, 7);
}

TEST(SpscRing, GoesRoundManyTimes) {
  SpscRing<size_t> ring(4);
  for (size_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(ring.Push(2 * i) && ring.Push(2 * i + 1));
    size_t a = 0, b = 0;
    ASSERT_TRUE(ring.Pop(a) && ring.Pop(b));
    ASSERT_EQ(a, 2 * i);
    ASSERT_EQ(b, 2 * i + 1);
  }
  EXPECT_EQ(ring.size(), 0u);
}

TEST(SpscRing, CarriesWhatCanOnlyBeMoved) {
  SpscRing<std::unique_ptr<int>> ring(2);
  ASSERT_TRUE(ring.Push(std::make_unique<int>(9)));
  std::unique_ptr<int> value;
  ASSERT_TRUE(ring.Pop(value));
  EXPECT_EQ(*value, 9);
}

// A value wide enough that a torn one would show.
struct Wide {
  uint64_t parts[8] = {};
};

TEST(SpscRing, TwoThreadsLoseNothingAndTearNothing) {
  constexpr uint64_t kValues = 300000;
  SpscRing<Wide> ring(64);
  std::thread producer([&] {
    for (uint64_t i = 0; i < kValues;) {
      Wide wide;
      for (uint64_t& part : wide.parts) part = i;
      if (ring.Push(wide)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  uint64_t expected = 0, torn = 0, out_of_order = 0;
  while (expected < kValues) {
    Wide wide;
    if (!ring.Pop(wide)) {
      std::this_thread::yield();
      continue;
    }
    for (const uint64_t part : wide.parts) torn += part != wide.parts[0] ? 1 : 0;
    out_of_order += wide.parts[0] != expected ? 1 : 0;
    ++expected;
  }
  producer.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(out_of_order, 0u);
  Wide rest;
  EXPECT_FALSE(ring.Pop(rest));
}

}  // namespace
}  // namespace sluice
