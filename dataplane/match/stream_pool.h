// StreamPool: the memory of open objects, each a fixed slot with everything that matching needs between two runs:
// MatchStream, the library's stream of each database in place behind it, and the last bytes that were scanned.
//
// A slot's streams are opened once, when the slot is first used, and reset from then on, so that nothing is allocated on
// the way. Slots are given out again last in, first out, while their memory is still warm.
// Thread: one worker. Allocates: in Create only; pages are taken as slots are used. Failure: Take returns nullptr.
#pragma once

#include <hs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "dataplane/match/databases.h"
#include "dataplane/match/hyperscan_calls.h"
#include "dataplane/match/matcher.h"

namespace sluice::match {

// The head of a slot. Offsets count from the beginning of the object.
class MatchStream {
 public:
  uint64_t offset = 0;          // of the next byte to be scanned
  uint64_t base = 0;            // object offset at which the library's streams began
  uint64_t text_begin = 0;      // 0, or behind the last gap
  uint64_t high_run_begin = 0;  // of the run of high bytes that reaches the beginning of the history (high_run.h)
  uint32_t history_size = 0;    // of the bytes before `offset` that are kept
  uint32_t next_free = 0;
  bool broken = false;          // the library would not reset its streams: nothing more can be matched
  uint8_t awaiting_count = 0;
  // Of patterns that are tried in windows: matches may end in so many of the coming bytes, or right before them, less one.
  uint8_t numbers_pending = 0, anchored_pending = 0;
  // Hits that can be judged only when what follows them has come, oldest first.
  struct AwaitingHit {
    uint32_t pattern : 24;
    uint32_t back : 8;  // bytes between its end and `offset`
  };
  static constexpr size_t kMostAwaiting = 4;
  std::array<AwaitingHit, kMostAwaiting> awaiting;
};
static_assert(sizeof(MatchStream) <= 64, "a slot's head is one cache line");

class StreamPool {
 public:
  static Result<StreamPool> Create(std::shared_ptr<const Databases> databases, const HyperscanCalls& calls, uint32_t slots);
  StreamPool(StreamPool&& other) noexcept;
  StreamPool& operator=(StreamPool&&) = delete;
  ~StreamPool();

  bool empty() const noexcept { return free_ == kNone && fresh_ == slots_; }
  // A slot whose streams are at their beginning; nullptr when all are taken, or when the library would not open in place.
  MatchStream* Take() noexcept;
  // REQUIRES: the slot's streams were reset.
  void Give(MatchStream& stream) noexcept;
  // For a slot whose streams the library would not reset: it is never used again.
  void Retire(MatchStream& stream) noexcept;

  hs_stream_t* StreamOf(MatchStream& stream, size_t database) const noexcept {
    return reinterpret_cast<hs_stream_t*>(reinterpret_cast<uint8_t*>(&stream) + stream_offsets_[database]);
  }
  size_t databases() const noexcept { return stream_offsets_.size(); }
  // What they are streams of.
  const Databases& owner() const noexcept { return *owner_; }
  uint8_t* HistoryOf(MatchStream& stream) const noexcept { return reinterpret_cast<uint8_t*>(&stream) + history_offset_; }

  uint32_t in_use() const noexcept { return in_use_; }
  size_t slot_bytes() const noexcept { return slot_bytes_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  StreamPool() = default;
  uint8_t* Slot(uint32_t index) const noexcept { return memory_ + index * slot_bytes_; }
  uint32_t IndexOf(const MatchStream& stream) const noexcept;
  bool OpenStreams(uint8_t* slot) noexcept;

  std::shared_ptr<const Databases> owner_;
  HyperscanCalls calls_;
  std::vector<size_t> stream_offsets_;  // of each database's stream within a slot
  uint8_t* memory_ = nullptr;
  size_t mapped_bytes_ = 0;
  size_t slot_bytes_ = 0, history_offset_ = 0;
  uint32_t slots_ = 0, fresh_ = 0, free_ = kNone, in_use_ = 0;
};

}  // namespace sluice::match
