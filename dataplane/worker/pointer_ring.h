// PointerRing: many threads put pointers in, one takes them out, in order for each of them; nobody waits.
//
// Thread: see Push and Pop. Allocates: in Create only. Failure: Push says how many found room; the caller counts the rest.
#pragma once

#include <rte_ring.h>

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace sluice::worker {


// What all PointerRings share. REQUIRES: DPDK is started.
Result<rte_ring*> CreateRing(uint32_t capacity);

template <typename T>
class PointerRing {
 public:
  // Room for at least `capacity`, rounded up to a power of two.
  static Result<PointerRing> Create(uint32_t capacity) {
    Result<rte_ring*> ring = CreateRing(capacity);
    if (!ring) return ring.error();
    return PointerRing(*ring);
  }

  // Any thread. Returns how many of the first ones went in.
  uint32_t Push(std::span<T* const> items) noexcept {
    return rte_ring_mp_enqueue_burst(ring_.get(), reinterpret_cast<void* const*>(items.data()),
                                     static_cast<unsigned>(items.size()), nullptr);
  }
  // One thread. Fills the beginning of `items`.
  uint32_t Pop(std::span<T*> items) noexcept {
    return rte_ring_sc_dequeue_burst(ring_.get(), reinterpret_cast<void**>(items.data()), static_cast<unsigned>(items.size()),
                                     nullptr);
  }

 private:
  struct Free {
    void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
  };
  explicit PointerRing(rte_ring* ring) : ring_(ring) {}
  std::unique_ptr<rte_ring, Free> ring_;
};

}  // namespace sluice::worker
