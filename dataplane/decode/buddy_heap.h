// BuddyHeap: blocks of powers of two from one lazy mapping, for libraries that want to allocate (Brotli, Zstandard).
//
// The mapping is the budget: together they never hold more. A block is found or refused in a few steps, without the system.
// Thread: one owner. Allocates: in Create only. Failure: Allocate returns nullptr, counted. Source: Knuth, TAOCP 1, 2.5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/slab.h"

namespace sluice::decode {

class BuddyHeap {
 public:
  static constexpr size_t kLeaf = 4096;

  // `bytes` is rounded up to a power of two of at least one leaf.
  static Result<BuddyHeap> Create(size_t bytes);

  void* Allocate(size_t bytes) noexcept;
  // REQUIRES: nullptr, or from Allocate of this heap and not freed.
  void Free(void* block) noexcept;

  size_t capacity() const noexcept { return kLeaf << max_order_; }
  size_t used() const noexcept { return used_; }
  uint64_t refused_count() const noexcept { return refused_; }

 private:
  static constexpr size_t kMaxOrders = 32;
  static constexpr uint8_t kInside = 0xFF;  // of a leaf: not the first of a block
  static constexpr uint8_t kFree = 0x80;    // of a first leaf: the block is free; the rest is its order

  // Stands at the beginning of a free block.
  struct Links {
    uint32_t previous, next;
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  Links& LinksOf(uint32_t leaf) noexcept;
  void PushFree(uint32_t leaf, uint8_t order) noexcept;
  void RemoveFree(uint32_t leaf, uint8_t order) noexcept;

  Slab memory_;
  uint8_t* base_ = nullptr;
  uint8_t max_order_ = 0;
  std::vector<uint8_t> state_;  // of each leaf
  std::array<uint32_t, kMaxOrders> free_{};
  size_t used_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace sluice::decode
