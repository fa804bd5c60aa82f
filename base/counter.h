// Counters: one writer (the worker that owns them), any number of readers, no lock and no locked instruction.
//
// CounterSet<E> holds one counter for each value of a word enum that ends in kCount; E's documented names come from
// `std::string_view Name(E)` beside the enum. Every drop, reject and full table has one.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sluice {

class Counter {
 public:
  // Writer only.
  void Add(uint64_t n = 1) noexcept { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

template <typename E>
class CounterSet {
 public:
  static constexpr size_t kSize = static_cast<size_t>(E::kCount);
  void Add(E which, uint64_t n = 1) noexcept { counters_[static_cast<size_t>(which)].Add(n); }
  uint64_t value(E which) const noexcept { return counters_[static_cast<size_t>(which)].value(); }
  uint64_t Sum() const noexcept {
    uint64_t sum = 0;
    for (const Counter& c : counters_) sum += c.value();
    return sum;
  }

 private:
  std::array<Counter, kSize> counters_{};
};

}  // namespace sluice
