// Slab: equal slots of raw memory with a last-in-first-out free list; memory is touched only as slots are used.
//
// Claim and Release are a few instructions and reuse the warmest slot first. Thread: one owner. Allocates: one lazy mapping
// in Create. Failure: Create says how much was refused; Claim returns nullptr when every slot is in use (caller counts it).
#pragma once

#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/huge_pages.h"
#include "base/result.h"

namespace sluice {

class Slab {
 public:
  static Result<Slab> Create(size_t slot_bytes, size_t slots) {
    Slab slab;
    slab.slot_bytes_ = (slot_bytes + kAlignment - 1) / kAlignment * kAlignment;
    slab.slots_ = slots;
    if (slab.mapped_bytes() == 0) return slab;
    if (slots > SIZE_MAX / slab.slot_bytes_) return Error(ErrorCode::kInvalidArgument, "a slab's size overflows");
    void* memory = mmap(nullptr, slab.mapped_bytes(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      return Error::FromErrno(errno, "a slab of " + std::to_string(slab.mapped_bytes()) + " bytes was refused");
    }
    AdviseHugePages(memory, slab.mapped_bytes());
    slab.memory_ = static_cast<uint8_t*>(memory);
    return slab;
  }

  Slab() = default;
  Slab(Slab&& other) noexcept { Swap(other); }
  Slab& operator=(Slab&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~Slab() {
    if (memory_ != nullptr) munmap(memory_, mapped_bytes());
  }

  // The slot's bytes are what its last user left there (zero the first time). nullptr: full.
  void* Claim() noexcept {
    if (free_ != nullptr) {
      void* slot = free_;
      std::memcpy(&free_, slot, sizeof(free_));
      ++used_;
      return slot;
    }
    if (untouched_ == slots_) return nullptr;
    ++used_;
    return memory_ + slot_bytes_ * untouched_++;
  }

  // REQUIRES: `slot` came from Claim of this slab and nothing in it needs destruction any more.
  void Release(void* slot) noexcept {
    assert(used_ > 0 && Owns(slot));
    std::memcpy(slot, &free_, sizeof(free_));
    free_ = slot;
    --used_;
  }

  bool Owns(const void* slot) const noexcept {
    const auto* byte = static_cast<const uint8_t*>(slot);
    return byte >= memory_ && byte < memory_ + mapped_bytes();
  }
  size_t slot_bytes() const noexcept { return slot_bytes_; }
  size_t slots() const noexcept { return slots_; }
  size_t used() const noexcept { return used_; }

 private:
  static constexpr size_t kAlignment = 64;

  size_t mapped_bytes() const noexcept { return slot_bytes_ * slots_; }
  void Swap(Slab& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(free_, other.free_);
    std::swap(slot_bytes_, other.slot_bytes_);
    std::swap(slots_, other.slots_);
    std::swap(untouched_, other.untouched_);
    std::swap(used_, other.used_);
  }

  uint8_t* memory_ = nullptr;
  void* free_ = nullptr;  // the first word of a free slot points to the next one
  size_t slot_bytes_ = 0;
  size_t slots_ = 0;
  size_t untouched_ = 0;
  size_t used_ = 0;
};

}  // namespace sluice
