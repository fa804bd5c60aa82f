// SessionMemory: what sessions of one protocol borrow: slots of scratch, and object descriptions that live for one call.
//
// Sessions are small because 10^6 of them must fit; the half kilobyte of names that a head may carry is held only while it
// is being read. A scratch slot that pieces point into is retired, not released: it comes back at the next call.
// Thread: one worker. Allocates: in Create only. Bounds: slots cover what all sessions may hold, so Claim cannot fail.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>

#include "base/result.h"
#include "base/slab.h"
#include "dataplane/content/object.h"
#include "dataplane/protocol/session.h"

namespace sluice::protocol {

class SessionMemory {
 public:
  // `max_sessions` of `slots_each` slots, and those that are retired in one call.
  static Result<SessionMemory> Create(size_t slot_bytes, size_t slots_each, size_t max_sessions) {
    const size_t slots = slot_bytes == 0 ? 0 : slots_each * max_sessions + PieceList::kCapacity;
    Result<Slab> slab = Slab::Create(slot_bytes, slots);
    if (!slab.ok()) return slab.error();
    SessionMemory memory;
    memory.slots_ = std::move(slab).value();
    return memory;
  }

  // Every entry point of a session calls this first: what the last call lent is given back.
  void BeginCall() noexcept {
    while (retired_count_ > 0) slots_.Release(retired_[--retired_count_]);
    descriptions_used_ = 0;
  }

  void* Claim() noexcept { return slots_.Claim(); }
  void Release(void* slot) noexcept { slots_.Release(slot); }
  // Released at the next call. REQUIRES: at most one per piece of the list.
  void Retire(void* slot) noexcept {
    assert(retired_count_ < retired_.size());
    retired_[retired_count_++] = slot;
  }

  // An empty description for a kObjectBegin piece. REQUIRES: at most one per piece of the list.
  content::ObjectDescription& Describe(content::Part part, content::Direction direction,
                                       content::ObjectNumber number) noexcept {
    assert(descriptions_used_ < descriptions_.size());
    content::ObjectDescription& description = descriptions_[descriptions_used_++];
    description.number = number;
    description.part = part;
    description.direction = direction;
    description.declared_encoding = false;
    description.content_encoding.Clear();
    description.claimed_type.Clear();
    description.name.Clear();
    return description;
  }

  size_t slots_in_use() const noexcept { return slots_.used() - retired_count_; }

 private:
  Slab slots_;
  std::array<void*, PieceList::kCapacity> retired_{};
  size_t retired_count_ = 0;
  std::array<content::ObjectDescription, PieceList::kCapacity> descriptions_;
  size_t descriptions_used_ = 0;
};

}  // namespace sluice::protocol
