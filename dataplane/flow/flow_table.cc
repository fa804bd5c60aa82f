#include "dataplane/flow/flow_table.h"

#include <bit>
#include <string>

namespace sluice::flow {
namespace {

// Half of all tags at most are in use, so that buckets seldom overflow.
constexpr uint32_t kFlowsPerBucket = FlowBucket::kSlots / 2;
constexpr int64_t kSlicesPerTimeout = 64;

uint8_t SliceShift(std::chrono::nanoseconds timeout) {
  const auto slice = static_cast<uint64_t>(timeout.count() / kSlicesPerTimeout);
  return slice == 0 ? uint8_t{0} : static_cast<uint8_t>(std::bit_width(slice) - 1);
}

}  // namespace

std::string_view Name(FlowCounter counter) {
  switch (counter) {
    case FlowCounter::kCreated: return "flows_created";
    case FlowCounter::kExpired: return "flows_expired";
    case FlowCounter::kEvicted: return "flows_evicted";
    case FlowCounter::kTableFull: return "flow_table_full";
    case FlowCounter::kClosed: return "flows_closed";
    case FlowCounter::kBucketsFull: return "flow_buckets_full";
    case FlowCounter::kCount: break;
  }
  return "unknown";
}

Result<FlowTable> FlowTable::Create(const FlowTableOptions& options) {
  if (options.capacity == 0 || options.capacity > kMaxCapacity) {
    return Error(ErrorCode::kInvalidArgument, "flow table: capacity " + std::to_string(options.capacity) +
                                                  " is outside 1.." + std::to_string(kMaxCapacity));
  }
  for (const auto timeout : options.idle_timeout) {
    if (timeout.count() <= 0) {
      return Error(ErrorCode::kInvalidArgument, "flow table: an idle timeout must be longer than 0 ns, got " +
                                                    std::to_string(timeout.count()) + " ns");
    }
  }
  auto entries = MappedArray<Entry>::Create(options.capacity, options.prefault, "flow table");
  if (!entries.ok()) return entries.error();
  const size_t bucket_count = std::bit_ceil((options.capacity + kFlowsPerBucket - 1) / kFlowsPerBucket);
  auto buckets = MappedArray<FlowBucket>::Create(bucket_count, options.prefault, "flow table index");
  if (!buckets.ok()) return buckets.error();
  return FlowTable(options, std::move(*entries), std::move(*buckets));
}

FlowTable::FlowTable(const FlowTableOptions& options, MappedArray<Entry> entries, MappedArray<FlowBucket> buckets)
    : entries_(std::move(entries)),
      buckets_(std::move(buckets)),
      bucket_mask_(buckets_.size() - 1),
      hasher_(options.hash_seed),
      capacity_(options.capacity),
      evict_when_full_(options.evict_when_full),
      timeout_(options.idle_timeout),
      counters_(std::make_unique<CounterSet<FlowCounter>>()) {
  for (size_t i = 0; i < kFlowClasses; ++i) slice_shift_[i] = SliceShift(timeout_[i]);
}

bool FlowTable::PrefetchFlow(uint64_t hash, FlowIndex& likely) const noexcept {
  // A displaced flow (few) is not looked for: this is a hint.
  const FlowBucket& home = buckets_[hash & bucket_mask_];
  const uint32_t matches = home.Match(FlowBucket::TagOf(hash));
  if (matches == 0) return false;
  likely = FlowIndex(home.slots[static_cast<size_t>(std::countr_zero(matches))]);
  __builtin_prefetch(&entries_[likely.value()]);
  return true;
}

FlowLookup FlowTable::Find(const FlowKey& key, uint64_t hash) const noexcept {
  uint32_t slot = 0;
  if (!Search(key, hash, slot)) return {};
  return {FlowLookup::Outcome::kFound, FlowIndex(slot)};
}

FlowLookup FlowTable::Make(const FlowKey& key, uint64_t hash, Timestamp now) noexcept {
  const auto home = static_cast<uint32_t>(hash & bucket_mask_);
  Place place{};
  const bool full = size_ == capacity_;
  if (full || !FindRoom(home, place)) {
    counters_->Add(FlowCounter::kTableFull);
    if (!full) counters_->Add(FlowCounter::kBucketsFull);
    return {};
  }
  const uint32_t slot = TakeSlot();
  FlowBucket& bucket = buckets_[place.bucket];
  bucket.tags[place.position] = FlowBucket::TagOf(hash);
  bucket.slots[place.position] = slot;
  if (place.bucket != home) {
    FlowBucket& home_bucket = buckets_[home];
    const auto distance = static_cast<uint32_t>((place.bucket - home) & bucket_mask_);
    ++home_bucket.displaced;
    if (distance > home_bucket.reach) home_bucket.reach = distance;
  }
  Entry& entry = entries_[slot];
  entry.key = key;
  entry.home = home & 0xffffff;
  entry.last_use = now;
  Append(slot, FlowClass::kNew);
  ++size_;
  counters_->Add(FlowCounter::kCreated);
  return {FlowLookup::Outcome::kCreated, FlowIndex(slot)};
}

bool FlowTable::FindRoom(uint32_t home, Place& place) const noexcept {
  for (uint32_t distance = 0; distance < FlowBucket::kMaxProbe && distance <= bucket_mask_; ++distance) {
    const auto bucket = static_cast<uint32_t>((home + distance) & bucket_mask_);
    const uint32_t free = buckets_[bucket].MatchFree();
    if (free != 0) {
      place = {bucket, static_cast<uint32_t>(std::countr_zero(free))};
      return true;
    }
  }
  return false;
}

uint32_t FlowTable::TakeSlot() noexcept {
  if (free_head_ == kNone) return untouched_++;
  const uint32_t slot = free_head_;
  free_head_ = entries_[slot].next;
  return slot;
}

void FlowTable::Remove(FlowIndex index, FlowCounter why) noexcept {
  const uint32_t slot = index.value();
  const Place place = PlaceOf(slot);
  buckets_[place.bucket].tags[place.position] = 0;
  const uint32_t home = entries_[slot].home;
  if (place.bucket != home) {
    FlowBucket& home_bucket = buckets_[home];
    if (--home_bucket.displaced == 0) home_bucket.reach = 0;
  }
  Unlink(slot);
  entries_[slot].state = 0;
  entries_[slot].next = free_head_;
  free_head_ = slot;
  --size_;
  counters_->Add(why);
}

// A live flow is always within reach of its home, so the walk ends on it.
FlowTable::Place FlowTable::PlaceOf(uint32_t slot) const noexcept {
  for (uint32_t distance = 0;; ++distance) {
    const auto number = static_cast<uint32_t>((entries_[slot].home + distance) & bucket_mask_);
    const FlowBucket& bucket = buckets_[number];
    for (uint32_t position = 0; position < FlowBucket::kSlots; ++position) {
      if (bucket.slots[position] == slot && bucket.tags[position] != 0) return {number, position};
    }
  }
}

bool FlowTable::EvictionCandidate(FlowIndex& candidate) const noexcept {
  if (!evict_when_full_ || size_ < capacity_) return false;
  for (const FlowClass flow_class : {FlowClass::kNew, FlowClass::kClosing, FlowClass::kDatagram}) {
    const List& list = lists_[static_cast<size_t>(flow_class)];
    if (list.head == kNone) continue;
    candidate = FlowIndex(list.head);
    return true;
  }
  return false;
}

size_t FlowTable::CollectExpired(Timestamp now, std::span<FlowIndex> expired) const noexcept {
  size_t count = 0;
  for (const List& list : lists_) {
    for (uint32_t slot = list.head; slot != kNone && count < expired.size(); slot = entries_[slot].next) {
      if (!Expired(entries_[slot], now)) break;
      expired[count++] = FlowIndex(slot);
    }
  }
  return count;
}

void FlowTable::MoveToTail(uint32_t slot, FlowClass flow_class) noexcept {
  Unlink(slot);
  Append(slot, flow_class);
}

void FlowTable::Append(uint32_t slot, FlowClass flow_class) noexcept {
  List& list = lists_[static_cast<size_t>(flow_class)];
  Entry& entry = entries_[slot];
  entry.state = StateOf(flow_class);
  entry.previous = list.tail;
  entry.next = kNone;
  (list.tail == kNone ? list.head : entries_[list.tail].next) = slot;
  list.tail = slot;
}

void FlowTable::Unlink(uint32_t slot) noexcept {
  const Entry& entry = entries_[slot];
  List& list = lists_[entry.state - 1u];
  (entry.previous == kNone ? list.head : entries_[entry.previous].next) = entry.next;
  (entry.next == kNone ? list.tail : entries_[entry.next].previous) = entry.previous;
}

}  // namespace sluice::flow
