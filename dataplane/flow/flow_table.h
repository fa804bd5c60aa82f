// FlowTable: which conversation a packet belongs to. Fixed size, one writer, no allocation after Create.
//
// A slot number (FlowIndex) is stable while the flow lives; whoever keeps state per flow keeps it in an array indexed by
// it (the pipeline does). Lookups are batched: Prefetch for the whole burst, then PrefetchFlow, then FindOrCreate one by
// one. Flows time out by class of service life (a half-open flow sooner than an established one) with time told from
// outside. The same calls in the same order give the same answers.
//
// Thread: one worker (counters and size may be read by others). Failure: kTableFull, counted.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/counter.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "dataplane/flow/flow_bucket.h"
#include "dataplane/flow/flow_key.h"
#include "dataplane/flow/mapped_array.h"

namespace sluice::flow {

using FlowIndex = StrongId<struct FlowIndexTag, uint32_t>;

// Life expectancy of a flow: each class is one list in order of last use.
enum class FlowClass : uint8_t { kNew, kEstablished, kClosing, kDatagram, kBlocked, kCount };
inline constexpr size_t kFlowClasses = static_cast<size_t>(FlowClass::kCount);

struct FlowTableOptions {
  uint32_t capacity = 1u << 20;  // flows
  uint64_t hash_seed = 0;
  std::array<std::chrono::nanoseconds, kFlowClasses> idle_timeout = {
      std::chrono::seconds(30), std::chrono::seconds(600), std::chrono::seconds(10), std::chrono::seconds(60),
      std::chrono::seconds(600)};
  // When full, the flow idle longest in kNew, then kClosing, then kDatagram may be evicted to make room; an established
  // or blocked flow never is.
  bool evict_when_full = true;
  // Takes all memory in Create instead of page by page as flows come: for live workers, which must not meet page faults.
  bool prefault = false;
};

enum class FlowCounter : uint8_t {
  kCreated,
  kExpired,
  kEvicted,
  kTableFull,    // FindOrCreate found no room; once for each refusal
  kClosed,
  kBucketsFull,  // of kTableFull: there was room, but none within reach of the key's hash (aimed collisions)
  kCount
};
std::string_view Name(FlowCounter counter);

struct FlowLookup {
  enum class Outcome : uint8_t { kFound, kCreated, kTableFull } outcome = Outcome::kTableFull;
  FlowIndex index;  // valid unless kTableFull
};

class FlowTable {
 public:
  static constexpr uint32_t kMaxCapacity = 1u << 26;

  // Errors: kInvalidArgument for a capacity outside 1..kMaxCapacity or a timeout that is not positive;
  // kResourceExhausted when the system gives no memory.
  static Result<FlowTable> Create(const FlowTableOptions& options);
  FlowTable(FlowTable&&) noexcept = default;
  FlowTable& operator=(FlowTable&&) noexcept = default;

  uint64_t Hash(const FlowKey& key) const noexcept { return hasher_(key); }
  // Touches the cache line that a search for this hash reads first. No effect on results.
  void Prefetch(uint64_t hash) const noexcept { __builtin_prefetch(&buckets_[hash & bucket_mask_]); }
  // Second step, once Prefetch has had time to work: touches the flow itself. True when a flow probably exists; `likely`
  // is then its slot in all but one of some thousand cases, good for prefetching state kept beside the table.
  bool PrefetchFlow(uint64_t hash, FlowIndex& likely) const noexcept;

  // A new flow starts in FlowClass::kNew with last use = now. When the table is full and something may be evicted,
  // nothing is evicted here: kTableFull is returned and EvictionCandidate names the flow to retire first, because only
  // the caller can give back what the flow holds. A flow that is found is not marked as used: that is Touch; nor is it
  // looked at whether its time has passed: that is IsExpired. REQUIRES: `hash` is Hash(key), or of a hasher with another
  // seed that is used for all keys of this table.
  FlowLookup FindOrCreate(const FlowKey& key, uint64_t hash, Timestamp now) noexcept {
    uint32_t slot = 0;
    if (Search(key, hash, slot)) return {FlowLookup::Outcome::kFound, FlowIndex(slot)};
    return Make(key, hash, now);
  }
  FlowLookup Find(const FlowKey& key, uint64_t hash) const noexcept;  // kFound or kTableFull (= absent)
  // False when the table is not full, or only flows that may not be evicted are in it.
  bool EvictionCandidate(FlowIndex& candidate) const noexcept;

  // Marks use. Cheap when the class stays the same: the flow moves to the end of its list only when its last use was in
  // another slice of time, a slice being the largest power of two of nanoseconds ≤ 1/64 of the timeout. So each list is
  // in order of last use to within one slice.
  void Touch(FlowIndex index, FlowClass flow_class, Timestamp now) noexcept {
    Entry& entry = entries_[index.value()];
    const uint8_t shift = slice_shift_[static_cast<size_t>(flow_class)];
    const bool stays = entry.state == StateOf(flow_class) &&
                       (entry.last_use.nanoseconds() >> shift) == (now.nanoseconds() >> shift);
    entry.last_use = now;
    if (!stays) MoveToTail(index.value(), flow_class);
  }
  // The idle timeout of its class has passed. A last use further than the timeout in the future counts as expired too:
  // then time was set back (captures joined in the wrong order), and the flow belongs to another time.
  // Asked at each lookup, this makes the end of a flow independent of when CollectExpired happens to run.
  bool IsExpired(FlowIndex index, Timestamp now) const noexcept { return Expired(entries_[index.value()], now); }
  // Fills `expired` with flows whose idle timeout has passed, oldest first within each class, to within the slice of
  // Touch: a flow may be reported up to 1/64 of its timeout late (later by as much as time has stepped back), never
  // early. They stay in the table until Remove. Returns how many; call again while it fills the whole span.
  size_t CollectExpired(Timestamp now, std::span<FlowIndex> expired) const noexcept;
  // REQUIRES: is_live(index).
  void Remove(FlowIndex index, FlowCounter why) noexcept;

  // REQUIRES for these: is_live(index).
  const FlowKey& key(FlowIndex index) const noexcept { return entries_[index.value()].key; }
  uint64_t hash(FlowIndex index) const noexcept { return hasher_(key(index)); }
  Timestamp last_use(FlowIndex index) const noexcept { return entries_[index.value()].last_use; }
  FlowClass flow_class(FlowIndex index) const noexcept {
    return static_cast<FlowClass>(entries_[index.value()].state - 1);
  }
  bool is_live(FlowIndex index) const noexcept {
    return index.value() < capacity_ && entries_[index.value()].state != 0;
  }
  std::chrono::nanoseconds idle_timeout(FlowClass flow_class) const noexcept {
    return timeout_[static_cast<size_t>(flow_class)];
  }
  uint32_t size() const noexcept { return size_; }
  uint32_t capacity() const noexcept { return capacity_; }
  // Address space taken; memory only as far as flows have used it, unless prefaulted.
  size_t bytes() const noexcept { return entries_.bytes() + buckets_.bytes(); }
  const CounterSet<FlowCounter>& counters() const noexcept { return *counters_; }

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  // One cache line: found and touched with one miss.
  struct alignas(64) Entry {
    Timestamp last_use;
    uint32_t previous, next;  // in the list of its class; free entries are chained by `next`
    FlowKey key;
    uint32_t state : 8;       // 0: free; otherwise FlowClass + 1
    uint32_t home : 24;       // bucket that the hash names
  };
  static_assert(sizeof(Entry) == 64);
  struct List {
    uint32_t head = kNone, tail = kNone;
  };
  struct Place {
    uint32_t bucket, position;
  };

  FlowTable(const FlowTableOptions& options, MappedArray<Entry> entries, MappedArray<FlowBucket> buckets);
  static uint8_t StateOf(FlowClass flow_class) noexcept { return static_cast<uint8_t>(static_cast<int>(flow_class) + 1); }
  static_assert(kMaxCapacity / (FlowBucket::kSlots / 2) <= 1u << 24, "Entry::home holds the number of any bucket");

  bool Search(const FlowKey& key, uint64_t hash, uint32_t& slot) const noexcept {
    const uint64_t home = hash & bucket_mask_;
    const uint16_t tag = FlowBucket::TagOf(hash);
    const uint32_t reach = buckets_[home].reach;
    for (uint32_t distance = 0; distance <= reach; ++distance) {
      const FlowBucket& bucket = buckets_[(home + distance) & bucket_mask_];
      for (uint32_t matches = bucket.Match(tag); matches != 0; matches &= matches - 1) {
        slot = bucket.slots[static_cast<size_t>(std::countr_zero(matches))];
        if (entries_[slot].key == key) return true;
      }
    }
    return false;
  }
  FlowLookup Make(const FlowKey& key, uint64_t hash, Timestamp now) noexcept;
  bool FindRoom(uint32_t home, Place& place) const noexcept;
  Place PlaceOf(uint32_t slot) const noexcept;
  uint32_t TakeSlot() noexcept;
  bool Expired(const Entry& entry, Timestamp now) const noexcept {
    // Times come from captures and may be any value: subtract as unsigned, where wrapping is defined.
    const auto age = static_cast<int64_t>(static_cast<uint64_t>(now.nanoseconds()) -
                                          static_cast<uint64_t>(entry.last_use.nanoseconds()));
    const int64_t timeout = timeout_[entry.state - 1u].count();
    return age >= timeout || age <= -timeout;
  }
  void MoveToTail(uint32_t slot, FlowClass flow_class) noexcept;
  void Append(uint32_t slot, FlowClass flow_class) noexcept;
  void Unlink(uint32_t slot) noexcept;

  MappedArray<Entry> entries_;
  MappedArray<FlowBucket> buckets_;
  uint64_t bucket_mask_;
  FlowHasher hasher_;
  uint32_t capacity_;
  uint32_t size_ = 0;
  uint32_t untouched_ = 0;      // slots from here on were never used
  uint32_t free_head_ = kNone;  // slots given back, last one first: its cache lines are warm
  bool evict_when_full_;
  std::array<uint8_t, kFlowClasses> slice_shift_;
  std::array<std::chrono::nanoseconds, kFlowClasses> timeout_;
  std::array<List, kFlowClasses> lists_;
  std::unique_ptr<CounterSet<FlowCounter>> counters_;
};

}  // namespace sluice::flow
