// ResultReader: the records that an extractor wrote, read as what they are: bytes of a stranger.
//
// Each word of the ring is read once and checked before it is used; positions are kept here, not in the shared memory. What
// breaks the rules ends the reading for good: the process behind it is not to be trusted any more.
// Thread: the cell's owner. Allocates: never. Failure: kViolation.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/byte_view.h"
#include "dataplane/extract/exchange.h"

namespace sluice::extract {

class ResultReader {
 public:
  enum class Status : uint8_t { kNothing, kRecord, kViolation };

  ResultReader() = default;
  // REQUIRES: both outlive the reader, and nothing of the ring was read.
  ResultReader(std::span<const uint8_t> ring, const std::atomic<uint64_t>* written) : ring_(ring), written_(written) {}

  // The next record. What of the last one's payload was not taken is passed over.
  Status Next(RecordHead& head) noexcept;
  // The next bytes of the record's payload: at most what fits.
  ByteView TakePayload(std::span<uint8_t> into) noexcept;
  uint32_t payload_left() const noexcept { return payload_left_; }
  uint64_t taken() const noexcept { return taken_; }

 private:
  void Copy(uint64_t from, std::span<uint8_t> into) const noexcept;

  std::span<const uint8_t> ring_;
  const std::atomic<uint64_t>* written_ = nullptr;
  uint64_t taken_ = 0;
  uint32_t payload_left_ = 0;
  bool violated_ = false;
};

}  // namespace sluice::extract
