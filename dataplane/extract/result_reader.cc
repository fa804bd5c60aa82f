#include "dataplane/extract/result_reader.h"

#include <algorithm>
#include <cstring>

namespace sluice::extract {
namespace {

bool IsKnown(const RecordHead& head) {
  return static_cast<uint32_t>(head.kind) <= static_cast<uint32_t>(RecordKind::kDone) && head.outcome < Outcome::kCount &&
         head.payload_bytes <= kMaxPayload;
}

}  // namespace

ResultReader::Status ResultReader::Next(RecordHead& head) noexcept {
  taken_ += payload_left_;
  payload_left_ = 0;
  if (violated_ || written_ == nullptr) return violated_ ? Status::kViolation : Status::kNothing;
  const uint64_t available = written_->load(std::memory_order_acquire) - taken_;
  if (available == 0) return Status::kNothing;
  // Records are published whole, and never more of them than the ring holds.
  violated_ = available > ring_.size() || available < sizeof(RecordHead);
  if (violated_) return Status::kViolation;
  Copy(taken_, {reinterpret_cast<uint8_t*>(&head), sizeof(head)});
  violated_ = !IsKnown(head) || available - sizeof(RecordHead) < head.payload_bytes;
  if (violated_) return Status::kViolation;
  taken_ += sizeof(RecordHead);
  payload_left_ = head.payload_bytes;
  return Status::kRecord;
}

ByteView ResultReader::TakePayload(std::span<uint8_t> into) noexcept {
  const size_t n = std::min<size_t>(into.size(), payload_left_);
  Copy(taken_, into.first(n));
  taken_ += n;
  payload_left_ -= static_cast<uint32_t>(n);
  return {into.data(), n};
}

void ResultReader::Copy(uint64_t from, std::span<uint8_t> into) const noexcept {
  const size_t at = static_cast<size_t>(from % ring_.size());
  const size_t first = std::min(into.size(), ring_.size() - at);
  if (first > 0) std::memcpy(into.data(), ring_.data() + at, first);
  if (first < into.size()) std::memcpy(into.data() + first, ring_.data(), into.size() - first);
}

}  // namespace sluice::extract
