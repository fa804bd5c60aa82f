#include "dataplane/pipeline/latency.h"

#include <gtest/gtest.h>

namespace sluice::pipeline {
namespace {

LatencyCounts CountsOf(std::initializer_list<int64_t> nanoseconds) {
  LatencyHistogram histogram;
  for (const int64_t one : nanoseconds) histogram.Record(one);
  LatencyCounts counts;
  histogram.AddTo(counts);
  return counts;
}

TEST(LatencyHistogram, CountsABoundInItsOwnBucket) {
  const LatencyCounts counts = CountsOf({kLatencyBounds[3], kLatencyBounds[3] + 1});
  EXPECT_EQ(counts.buckets[3], 1u);
  EXPECT_EQ(counts.buckets[4], 1u);
  EXPECT_EQ(counts.nanoseconds, static_cast<uint64_t>(2 * kLatencyBounds[3] + 1));
}

TEST(LatencyHistogram, KeepsWhatIsLongerThanTheLastBoundInTheLastBucket) {
  EXPECT_EQ(CountsOf({kLatencyBounds.back() + 1}).buckets.back(), 1u);
}

// Two threads' clocks may be some nanoseconds apart.
TEST(LatencyHistogram, CountsATimeBelowZeroAsNone) {
  const LatencyCounts counts = CountsOf({-40});
  EXPECT_EQ(counts.buckets.front(), 1u);
  EXPECT_EQ(counts.nanoseconds, 0u);
}

TEST(LatencyCounts, SayTheBoundBelowWhichAShareOfTheSamplesIs) {
  LatencyHistogram histogram;
  for (int i = 0; i < 989; ++i) histogram.Record(3'000);
  for (int i = 0; i < 10; ++i) histogram.Record(30'000);
  histogram.Record(3'000'000);
  LatencyCounts counts;
  histogram.AddTo(counts);
  EXPECT_EQ(counts.Samples(), 1000u);
  EXPECT_EQ(counts.Quantile(0.5), 5'000);
  EXPECT_EQ(counts.Quantile(0.98), 5'000);
  EXPECT_EQ(counts.Quantile(0.99), 50'000);
  EXPECT_EQ(counts.Quantile(0.999), 5'000'000);
}

TEST(LatencyCounts, SayTheLastBoundWhereMoreIsBeyondIt) {
  EXPECT_EQ(CountsOf({kLatencyBounds.back() + 1}).Quantile(0.5), kLatencyBounds.back());
  EXPECT_EQ(LatencyCounts().Samples(), 0u);
}

}  // namespace
}  // namespace sluice::pipeline
