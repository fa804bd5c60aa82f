#include "base/clock.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Timestamp, BeginsAtTheEpoch) {
  EXPECT_EQ(Timestamp().nanoseconds(), 0);
}

TEST(Timestamp, AddsAndSubtractsDurations) {
  const Timestamp t = Timestamp::FromNanoseconds(1'000'000'000);
  EXPECT_EQ((t + std::chrono::milliseconds(5)).nanoseconds(), 1'005'000'000);
  EXPECT_EQ((t - std::chrono::seconds(2)).nanoseconds(), -1'000'000'000);
  EXPECT_EQ((t + std::chrono::seconds(3)) - t, std::chrono::seconds(3));
}

TEST(Timestamp, IsOrdered) {
  const Timestamp early = Timestamp::FromNanoseconds(-1), late = Timestamp::FromNanoseconds(1);
  EXPECT_LT(early, late);
  EXPECT_LT(early - late, Nanoseconds(0));
  EXPECT_EQ(late, Timestamp::FromNanoseconds(1));
}

}  // namespace
}  // namespace sluice
