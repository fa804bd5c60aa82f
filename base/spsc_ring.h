// SpscRing: one producer thread, one consumer thread, a fixed number of slots; neither ever waits.
//
// Push returns false when full (the caller counts it); Pop returns false when empty. Allocates once, in the constructor.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace sluice {

template <typename T>
class SpscRing {
 public:
  // Room for at least `capacity` elements, rounded up to a power of two.
  explicit SpscRing(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

  size_t capacity() const noexcept { return mask_ + 1; }
  // Approximate from either side.
  size_t size() const noexcept { return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire); }

  // Producer only.
  [[nodiscard]] bool Push(T value) noexcept {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head - cached_tail_ > mask_) {
      cached_tail_ = tail_.load(std::memory_order_acquire);
      if (head - cached_tail_ > mask_) return false;
    }
    slots_[head & mask_] = std::move(value);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  // Consumer only.
  [[nodiscard]] bool Pop(T& value) noexcept {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == cached_head_) {
      cached_head_ = head_.load(std::memory_order_acquire);
      if (tail == cached_head_) return false;
    }
    value = std::move(slots_[tail & mask_]);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

 private:
  const size_t mask_;
  std::unique_ptr<T[]> slots_;
  alignas(64) std::atomic<size_t> head_{0};
  size_t cached_tail_ = 0;  // producer's view
  alignas(64) std::atomic<size_t> tail_{0};
  size_t cached_head_ = 0;  // consumer's view
};

}  // namespace sluice
