// QuarantineSet: what is held back: flows, sources, destinations and pairs of them. Room "verdict" of the story.
//
// Built by control, then constant but for its counters; each worker asks it when a flow begins and when there is a newer one.
// Thread: Find by any worker; CountDrop by the worker it names (worker: rw, control: ro). Allocates: in the constructor only.
// Failure: none; more entries only make it larger.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/counter.h"
#include "dataplane/packet/ip_address.h"

namespace sluice::verdict {

enum class QuarantineKind : uint8_t { kFlow, kSource, kDestination, kPair, kCount };

// What is not of its kind stays empty. The source is who opens conversations, the destination whom it opens them to.
struct QuarantineSubject {
  QuarantineKind kind = QuarantineKind::kFlow;
  packet::IpAddress source, destination;
  uint64_t flow = 0;  // event::FlowId
  friend bool operator==(const QuarantineSubject&, const QuarantineSubject&) = default;
};

class QuarantineSet {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // `generation` is above that of the set before, and never 0.
  QuarantineSet(std::vector<QuarantineSubject> subjects, uint32_t generation, size_t workers);

  uint32_t generation() const noexcept { return generation_; }
  size_t size() const noexcept { return subjects_.size(); }

  // The first entry that holds a conversation back, as an index into what the set was made of; kNone where none does.
  uint32_t Find(const packet::IpAddress& source, const packet::IpAddress& destination, uint64_t flow) const noexcept;

  void CountDrop(size_t worker, uint32_t entry, uint64_t bytes) const noexcept {
    Drops& drops = drops_[worker * subjects_.size() + entry];
    drops.packets.Add();
    drops.bytes.Add(bytes);
  }
  struct Dropped {
    uint64_t packets = 0, bytes = 0;
  };
  Dropped DroppedBy(uint32_t entry) const noexcept;

 private:
  struct Drops {
    Counter packets, bytes;
  };
  // 8 bytes, so that a search touches one cache line in most cases.
  struct Slot {
    uint32_t tag = 0;
    uint32_t entry = kNone;
  };

  // 1 or 0: many answers are joined without a branch.
  uint64_t MayHold(uint64_t hash) const noexcept { return (filter_[(hash >> 6) & filter_mask_] >> (hash & 63)) & 1; }
  uint32_t Look(uint64_t hash, const QuarantineSubject& subject) const noexcept;

  const uint32_t generation_;
  const size_t workers_;
  std::vector<QuarantineSubject> subjects_;
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  uint64_t mask_ = 0;
  std::vector<uint64_t> filter_;  // a bit for each entry's hash, at least 32 to an entry: nearly all that is not held ends there
  uint64_t filter_mask_ = 0;
  std::unique_ptr<Drops[]> drops_;  // by worker, then entry
};

}  // namespace sluice::verdict
