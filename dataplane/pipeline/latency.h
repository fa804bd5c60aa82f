// LatencyHistogram: how long packets were within Sluice, in buckets whose bounds go 1, 2, 5; and LatencyCounts, the same added up over
// threads for whoever reads.
//
// Worker: rw, control: ro. Thread: one writer. Allocates: never. Failure: none; what is longer than the last bound is in the last bucket.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/counter.h"

namespace sluice::pipeline {

// Upper bounds, inclusive, in nanoseconds.
inline constexpr std::array<int64_t, 22> kLatencyBounds = {
    500,     1'000,     2'000,     5'000,     10'000,     20'000,     50'000,      100'000,     200'000,     500'000,       1'000'000,
    2'000'000, 5'000'000, 10'000'000, 20'000'000, 50'000'000, 100'000'000, 200'000'000, 500'000'000, 1'000'000'000, 2'000'000'000, 10'000'000'000};
inline constexpr size_t kLatencyBuckets = kLatencyBounds.size() + 1;

struct LatencyCounts {
  std::array<uint64_t, kLatencyBuckets> buckets{};
  uint64_t nanoseconds = 0;  // of all together

  uint64_t Samples() const {
    uint64_t sum = 0;
    for (const uint64_t count : buckets) sum += count;
    return sum;
  }
  // The upper bound of the bucket in which that share of the samples is reached; the last bound where it is beyond all.
  int64_t Quantile(double share) const {
    const auto wanted = static_cast<uint64_t>(share * static_cast<double>(Samples()));
    uint64_t sum = 0;
    for (size_t i = 0; i < kLatencyBounds.size(); ++i) {
      sum += buckets[i];
      if (sum > wanted) return kLatencyBounds[i];
    }
    return kLatencyBounds.back();
  }
};

class LatencyHistogram {
 public:
  void Record(int64_t nanoseconds) noexcept {
    const auto bucket = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), nanoseconds) - kLatencyBounds.begin();
    buckets_[static_cast<size_t>(bucket)].Add();
    nanoseconds_.Add(static_cast<uint64_t>(std::max<int64_t>(nanoseconds, 0)));
  }
  void AddTo(LatencyCounts& counts) const {
    for (size_t i = 0; i < kLatencyBuckets; ++i) counts.buckets[i] += buckets_[i].value();
    counts.nanoseconds += nanoseconds_.value();
  }

 private:
  std::array<Counter, kLatencyBuckets> buckets_{};
  Counter nanoseconds_;
};

}  // namespace sluice::pipeline
