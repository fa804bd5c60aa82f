// NoteTally: keeps one noisy flow from flooding the log. A kind of anomaly is recorded at its first, second, fourth, eighth, …
// occurrence in a flow, each time with the bytes since the last record, and what is left over when the flow ends.
//
// One for each flow that had an anomaly, from a pool. Thread: one worker. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/stream/tcp_reassembler.h"

namespace sluice::pipeline {

class NoteTally {
 public:
  static constexpr size_t kNotes = static_cast<size_t>(stream::SegmentNote::kCount);

  // Adds one occurrence; true when it is to be recorded, with `bytes` set to those since the last record.
  bool Add(stream::SegmentNote note, uint64_t& bytes) noexcept {
    Entry& entry = entries_[static_cast<size_t>(note)];
    ++entry.count;
    ++entry.pending;
    entry.bytes += bytes;
    return (entry.count & (entry.count - 1)) == 0 && Take(note, bytes);
  }
  // What was added since the last record; false when nothing was.
  bool Take(stream::SegmentNote note, uint64_t& bytes) noexcept {
    Entry& entry = entries_[static_cast<size_t>(note)];
    if (entry.pending == 0) return false;
    bytes = entry.bytes;
    entry.bytes = 0;
    entry.pending = 0;
    return true;
  }

 private:
  struct Entry {
    uint32_t count = 0, pending = 0;
    uint64_t bytes = 0;
  };
  std::array<Entry, kNotes> entries_{};
};

}  // namespace sluice::pipeline
