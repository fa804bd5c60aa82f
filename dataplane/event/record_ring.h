// RecordRing: from a worker to the cold thread that writes its records. The live RecordSink.
//
// Records are filled and read in place; neither side ever waits. Thread: Claim and Publish by the worker, Front and Pop by
// one consumer, counters by anyone. Allocates: once, in the constructor. Failure: full is counted by kind, and the record
// is lost, visibly.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

#include "base/counter.h"
#include "dataplane/event/record_sink.h"

namespace sluice::event {

class RecordRing final : public RecordSink {
 public:
  // Room for at least `capacity` records, rounded up to a power of two.
  explicit RecordRing(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1), slots_(std::make_unique<Record[]>(mask_ + 1)) {}

  size_t capacity() const noexcept { return mask_ + 1; }
  // Approximate from either side.
  size_t size() const noexcept {
    const size_t tail = tail_.load(std::memory_order_acquire);
    return head_.load(std::memory_order_acquire) - tail;
  }

  // Producer only. A record that was claimed and not published is claimed again by the next call.
  Record* Claim(RecordKind kind) noexcept override {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head - cached_tail_ > mask_) {
      cached_tail_ = tail_.load(std::memory_order_acquire);
      if (head - cached_tail_ > mask_) {
        lost_.Add(kind);
        return nullptr;
      }
    }
    Record& record = slots_[head & mask_];
    Reset(record, kind);
    return &record;
  }
  // REQUIRES: Claim returned a record that is not yet published.
  void Publish() noexcept override {
    const size_t head = head_.load(std::memory_order_relaxed);
    published_.Add(slots_[head & mask_].kind);
    head_.store(head + 1, std::memory_order_release);
  }

  // Consumer only. The oldest record, or nullptr when there is none; it stays valid until Pop.
  const Record* Front() noexcept {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == cached_head_) {
      cached_head_ = head_.load(std::memory_order_acquire);
      if (tail == cached_head_) return nullptr;
    }
    return &slots_[tail & mask_];
  }
  // REQUIRES: Front returned a record.
  void Pop() noexcept { tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  const CounterSet<RecordKind>& published() const noexcept { return published_; }
  const CounterSet<RecordKind>& lost() const noexcept { return lost_; }

 private:
  const size_t mask_;
  std::unique_ptr<Record[]> slots_;
  alignas(64) std::atomic<size_t> head_{0};
  size_t cached_tail_ = 0;          // producer's view
  CounterSet<RecordKind> published_;  // producer: rw, others: ro
  CounterSet<RecordKind> lost_;
  alignas(64) std::atomic<size_t> tail_{0};
  size_t cached_head_ = 0;          // consumer's view
};

}  // namespace sluice::event
