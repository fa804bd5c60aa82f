// FlowTable: which conversation a packet belongs to. Fixed size, one writer, no allocation after Create.
//
// A slot number (FlowIndex) is stable while the flow lives; whoever keeps state per flow keeps it in an array indexed by
// it (the pipeline does). Lookups are batched: Prefetch for the whole burst, then FindOrCreate one by one.
// Flows time out by class of service life (a half-open flow sooner than an established one) with time told from outside.
//
// Thread: one worker. Failure: kTableFull, after eviction found nothing; both are counted.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/counter.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "dataplane/flow/flow_key.h"

namespace sluice::flow {

using FlowIndex = StrongId<struct FlowIndexTag, uint32_t>;

// Life expectancy of a flow: each class is one list in order of last use.
enum class FlowClass : uint8_t { kNew, kEstablished, kClosing, kDatagram, kBlocked, kCount };

struct FlowTableOptions {
  uint32_t capacity = 1u << 20;  // flows
  uint64_t hash_seed = 0;
  std::array<std::chrono::nanoseconds, static_cast<size_t>(FlowClass::kCount)> idle_timeout = {
      std::chrono::seconds(30), std::chrono::seconds(600), std::chrono::seconds(10), std::chrono::seconds(60),
      std::chrono::seconds(600)};
  // When full, the flow idle longest in kNew, then kClosing, then kDatagram may be evicted to make room; an established
  // or blocked flow never is.
  bool evict_when_full = true;
};

enum class FlowCounter : uint8_t { kCreated, kExpired, kEvicted, kTableFull, kClosed, kCount };
std::string_view Name(FlowCounter counter);

struct FlowLookup {
  enum class Outcome : uint8_t { kFound, kCreated, kTableFull } outcome = Outcome::kTableFull;
  FlowIndex index;  // valid unless kTableFull
};

class FlowTable {
 public:
  static Result<FlowTable> Create(const FlowTableOptions& options);
  FlowTable(FlowTable&&) noexcept;
  FlowTable& operator=(FlowTable&&) noexcept;
  ~FlowTable();

  uint64_t Hash(const FlowKey& key) const noexcept;
  // Touches the cache lines that FindOrCreate of this hash will need.
  void Prefetch(uint64_t hash) const noexcept;

  // A new flow starts in FlowClass::kNew with last use = now. When the table is full and something may be evicted,
  // nothing is evicted here: kTableFull is returned and EvictionCandidate names the flow to retire first, because only
  // the caller can give back what the flow holds.
  FlowLookup FindOrCreate(const FlowKey& key, uint64_t hash, Timestamp now) noexcept;
  FlowLookup Find(const FlowKey& key, uint64_t hash) const noexcept;  // kFound or kTableFull (= absent)
  bool EvictionCandidate(FlowIndex& candidate) const noexcept;

  // Marks use. Cheap when the class stays the same.
  void Touch(FlowIndex index, FlowClass flow_class, Timestamp now) noexcept;
  // Fills `expired` with flows whose idle timeout has passed, oldest first within each class; they stay in the table until
  // Remove. Returns how many; call again while it fills the whole span.
  size_t CollectExpired(Timestamp now, std::span<FlowIndex> expired) const noexcept;
  void Remove(FlowIndex index, FlowCounter why) noexcept;

  const FlowKey& key(FlowIndex index) const noexcept;
  uint64_t hash(FlowIndex index) const noexcept;
  Timestamp last_use(FlowIndex index) const noexcept;
  FlowClass flow_class(FlowIndex index) const noexcept;
  bool is_live(FlowIndex index) const noexcept;
  uint32_t size() const noexcept;
  uint32_t capacity() const noexcept;
  const CounterSet<FlowCounter>& counters() const noexcept;

 private:
  struct Impl;
  explicit FlowTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::flow
