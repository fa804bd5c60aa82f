// DatagramTable: the datagrams that IpReassembler has in progress, by key and by age. Fixed size.
//
// Two lists in order of age: those that wait for fragments, and the condemned, which hold nothing and stay only so that
// what comes late is known. Thread: one worker. Allocates: in the constructor.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/packet/fragmented_datagram.h"

namespace sluice::packet {

class DatagramTable {
 public:
  DatagramTable(uint32_t capacity, uint64_t hash_seed);

  FragmentedDatagram* Find(const FragmentKey& key) noexcept;
  // REQUIRES: !IsFull() and no datagram of this key.
  FragmentedDatagram* Add(const FragmentKey& key, Timestamp now) noexcept;
  // Moves it to the end of the condemned. REQUIRES: its fragments were taken.
  void Condemn(FragmentedDatagram* datagram, Timestamp now) noexcept;
  // REQUIRES: its fragments were taken.
  void Remove(FragmentedDatagram* datagram) noexcept;

  // nullptr where there is none.
  FragmentedDatagram* OldestWaitingBut(const FragmentedDatagram* datagram) noexcept;
  FragmentedDatagram* Oldest() noexcept;

  bool IsFull() const noexcept { return size_ == slots_.size(); }
  uint32_t size() const noexcept { return size_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Slot {
    FragmentedDatagram datagram;
    uint64_t rank = 0;  // order in which datagrams came to their list
    uint32_t next_in_bucket = kNone, older = kNone, newer = kNone;
  };
  struct AgeList {
    uint32_t oldest = kNone, newest = kNone;
  };

  FragmentedDatagram* At(uint32_t slot) noexcept { return slot == kNone ? nullptr : &slots_[slot].datagram; }
  uint32_t SlotOf(const FragmentedDatagram* datagram) const noexcept;
  uint32_t& BucketOf(const FragmentKey& key) noexcept {
    return buckets_[Hash(key, hash_seed_) & (buckets_.size() - 1)];
  }
  void Append(AgeList& list, uint32_t slot) noexcept;
  void Unlink(AgeList& list, uint32_t slot) noexcept;

  uint64_t hash_seed_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> buckets_;
  uint32_t free_ = kNone;  // linked by next_in_bucket
  uint32_t size_ = 0;
  uint64_t next_rank_ = 0;
  AgeList waiting_, condemned_;
};

}  // namespace sluice::packet
