// Timestamp: nanoseconds since the Unix epoch, from the capture in replay and from the worker's clock when live.
//
// Stages never ask for the time; they are told. Durations are std::chrono.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

using Nanoseconds = std::chrono::nanoseconds;

class Timestamp {
 public:
  constexpr Timestamp() = default;
  static constexpr Timestamp FromNanoseconds(int64_t ns) { Timestamp t; t.ns_ = ns; return t; }

  constexpr int64_t nanoseconds() const { return ns_; }
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
  friend constexpr Timestamp operator+(Timestamp t, Nanoseconds d) { return FromNanoseconds(t.ns_ + d.count()); }
  friend constexpr Timestamp operator-(Timestamp t, Nanoseconds d) { return FromNanoseconds(t.ns_ - d.count()); }
  friend constexpr Nanoseconds operator-(Timestamp a, Timestamp b) { return Nanoseconds(a.ns_ - b.ns_); }

 private:
  int64_t ns_ = 0;
};

}  // namespace sluice
