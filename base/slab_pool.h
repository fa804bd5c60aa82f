// SlabPool<T>: a fixed number of T, taken and given back in constant time, in a Slab whose memory is touched only as it is used.
//
// T is constructed by Take and destroyed by Give. Thread: one. Allocates: in Create only. Failure: Take returns nullptr when
// all are out (the caller counts it).
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "base/slab.h"

namespace sluice {

template <typename T>
class SlabPool {
 public:
  static Result<SlabPool> Create(size_t capacity) {
    auto slab = Slab::Create(sizeof(T), capacity);
    if (!slab.ok()) return slab.error();
    return SlabPool(std::move(slab).value());
  }

  T* Take() noexcept {
    void* slot = slab_.Claim();
    return slot == nullptr ? nullptr : ::new (slot) T();
  }
  // REQUIRES: `item` came from this pool's Take and was not given back since.
  void Give(T* item) noexcept {
    item->~T();
    slab_.Release(item);
  }

  size_t used() const noexcept { return slab_.used(); }
  size_t capacity() const noexcept { return slab_.slots(); }

 private:
  explicit SlabPool(Slab slab) : slab_(std::move(slab)) {}

  Slab slab_;
};

}  // namespace sluice
