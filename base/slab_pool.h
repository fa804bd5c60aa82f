// SlabPool<T>: a fixed number of T, taken and given back in constant time, whose memory is touched only as it is used.
//
// The slots lie in one reserved mapping; never-used ones cost address space, not memory. Give reuses the last one first,
// while it is still in the cache. T is constructed by Take and destroyed by Give. Thread: one. Allocates: in Create only.
// Failure: Take returns nullptr when all are out (the caller counts it).
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "base/result.h"

namespace sluice {

template <typename T>
class SlabPool {
 public:
  static Result<SlabPool> Create(size_t capacity) {
    SlabPool pool;
    pool.bytes_ = capacity * sizeof(Slot);
    if (pool.bytes_ == 0) return pool;
    void* memory = mmap(nullptr, pool.bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return Error::FromErrno(errno, "reserving " + std::to_string(pool.bytes_) + " bytes for a pool");
    pool.slots_ = static_cast<Slot*>(memory);
    pool.capacity_ = capacity;
    return pool;
  }
  SlabPool(SlabPool&& other) noexcept { Swap(other); }
  SlabPool& operator=(SlabPool&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~SlabPool() {
    if (slots_ != nullptr) munmap(slots_, bytes_);
  }

  T* Take() noexcept {
    Slot* slot = free_;
    if (slot != nullptr) {
      free_ = slot->next;
    } else if (touched_ < capacity_) {
      slot = &slots_[touched_++];
    } else {
      return nullptr;
    }
    ++used_;
    return ::new (static_cast<void*>(slot)) T();
  }

  // REQUIRES: `item` came from this pool's Take and was not given back since.
  void Give(T* item) noexcept {
    item->~T();
    auto* slot = ::new (static_cast<void*>(item)) Slot;
    slot->next = free_;
    free_ = slot;
    --used_;
  }

  size_t used() const noexcept { return used_; }
  size_t capacity() const noexcept { return capacity_; }

 private:
  union Slot {
    Slot() noexcept : next(nullptr) {}
    ~Slot() {}
    Slot* next;
    T item;
  };

  SlabPool() = default;
  void Swap(SlabPool& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(bytes_, other.bytes_);
    std::swap(capacity_, other.capacity_);
    std::swap(touched_, other.touched_);
    std::swap(used_, other.used_);
    std::swap(free_, other.free_);
  }

  Slot* slots_ = nullptr;
  size_t bytes_ = 0;
  size_t capacity_ = 0;
  size_t touched_ = 0;  // slots from here on were never used
  size_t used_ = 0;
  Slot* free_ = nullptr;
};

}  // namespace sluice
