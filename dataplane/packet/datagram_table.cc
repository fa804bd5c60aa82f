#include "dataplane/packet/datagram_table.h"

#include <bit>
#include <type_traits>

namespace sluice::packet {

DatagramTable::DatagramTable(uint32_t capacity, uint64_t hash_seed)
    : hash_seed_(hash_seed), slots_(capacity), buckets_(std::bit_ceil(capacity), kNone) {
  for (uint32_t i = capacity; i-- > 0;) {
    slots_[i].next_in_bucket = free_;
    free_ = i;
  }
}

uint32_t DatagramTable::SlotOf(const FragmentedDatagram* datagram) const noexcept {
  static_assert(std::is_standard_layout_v<Slot>, "the datagram stands first in its slot");
  return static_cast<uint32_t>(reinterpret_cast<const Slot*>(datagram) - slots_.data());
}

FragmentedDatagram* DatagramTable::Find(const FragmentKey& key) noexcept {
  for (uint32_t i = BucketOf(key); i != kNone; i = slots_[i].next_in_bucket) {
    if (slots_[i].datagram.key() == key) return &slots_[i].datagram;
  }
  return nullptr;
}

FragmentedDatagram* DatagramTable::Add(const FragmentKey& key, Timestamp now) noexcept {
  const uint32_t slot = free_;
  free_ = slots_[slot].next_in_bucket;
  uint32_t& bucket = BucketOf(key);
  slots_[slot].next_in_bucket = bucket;
  bucket = slot;
  slots_[slot].datagram.Start(key, now);
  Append(waiting_, slot);
  ++size_;
  return &slots_[slot].datagram;
}

void DatagramTable::Condemn(FragmentedDatagram* datagram, Timestamp now) noexcept {
  const uint32_t slot = SlotOf(datagram);
  Unlink(waiting_, slot);
  datagram->Condemn(now);
  Append(condemned_, slot);
}

void DatagramTable::Remove(FragmentedDatagram* datagram) noexcept {
  const uint32_t slot = SlotOf(datagram);
  Unlink(datagram->condemned() ? condemned_ : waiting_, slot);
  uint32_t* link = &BucketOf(datagram->key());
  while (*link != slot) link = &slots_[*link].next_in_bucket;
  *link = slots_[slot].next_in_bucket;
  slots_[slot].next_in_bucket = free_;
  free_ = slot;
  --size_;
}

FragmentedDatagram* DatagramTable::OldestWaitingBut(const FragmentedDatagram* datagram) noexcept {
  const uint32_t oldest = waiting_.oldest;
  return At(oldest) == datagram && oldest != kNone ? At(slots_[oldest].newer) : At(oldest);
}

FragmentedDatagram* DatagramTable::Oldest() noexcept {
  const uint32_t a = waiting_.oldest, b = condemned_.oldest;
  if (a == kNone || b == kNone) return At(a == kNone ? b : a);
  return At(slots_[a].rank < slots_[b].rank ? a : b);
}

void DatagramTable::Append(AgeList& list, uint32_t slot) noexcept {
  slots_[slot].rank = next_rank_++;
  slots_[slot].older = list.newest;
  slots_[slot].newer = kNone;
  (list.newest == kNone ? list.oldest : slots_[list.newest].newer) = slot;
  list.newest = slot;
}

void DatagramTable::Unlink(AgeList& list, uint32_t slot) noexcept {
  const Slot& s = slots_[slot];
  (s.older == kNone ? list.oldest : slots_[s.older].newer) = s.newer;
  (s.newer == kNone ? list.newest : slots_[s.newer].older) = s.older;
}

}  // namespace sluice::packet
