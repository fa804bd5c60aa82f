#include "extractor/ring_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "extractor/shared_wait.h"

namespace sluice::extractor {

using extract::kRingBytes;
using extract::RecordHead;
using extract::RecordKind;

void RingWriter::BeginOrder(uint32_t number, const Limits& limits) {
  order_ = number;
  in_member_ = false;
  output_left_ = limits.output_bytes;
  members_left_ = limits.members;
}

void RingWriter::EndOrder(Outcome outcome) { Put(RecordKind::kDone, outcome, {}); }

void RingWriter::GiveUp() noexcept {
  if (in_member_) Put(RecordKind::kMemberEnds, Outcome::kLimit, {});
  Put(RecordKind::kDone, Outcome::kLimit, {});
  _exit(0);
}

void RingWriter::Begin(std::string_view name) {
  if (members_left_ == 0) GiveUp();
  --members_left_;
  Put(RecordKind::kMemberBegins, Outcome::kComplete, ByteView(name).First(extract::kMaxPayload));
  in_member_ = true;
}

void RingWriter::Write(ByteView bytes) {
  while (!bytes.empty()) {
    const ByteView part = bytes.First(extract::kMaxPayload);
    if (output_left_ < part.size()) GiveUp();
    output_left_ -= part.size();
    Put(RecordKind::kData, Outcome::kComplete, part);
    bytes = bytes.From(part.size());
  }
}

void RingWriter::End(Outcome outcome) {
  Put(RecordKind::kMemberEnds, outcome, {});
  in_member_ = false;
}

void RingWriter::Put(RecordKind kind, Outcome outcome, ByteView payload) noexcept {
  const RecordHead head{order_, kind, static_cast<uint32_t>(payload.size()), outcome};
  AwaitRoom(sizeof(head) + payload.size());
  Copy(written_, {reinterpret_cast<const uint8_t*>(&head), sizeof(head)});
  Copy(written_ + sizeof(head), payload);
  written_ += sizeof(head) + payload.size();
  exchange_.written.store(written_, std::memory_order_release);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (exchange_.waits_for_results.load(std::memory_order_relaxed) != 0) Ring(exchange_.result_bell);
}

void RingWriter::Copy(uint64_t at, ByteView bytes) noexcept {
  const size_t place = static_cast<size_t>(at % kRingBytes);
  const ByteView first = bytes.First(kRingBytes - place);
  if (!first.empty()) std::memcpy(exchange_.ring.data() + place, first.data(), first.size());
  const ByteView rest = bytes.From(first.size());
  if (!rest.empty()) std::memcpy(exchange_.ring.data(), rest.data(), rest.size());
}

void RingWriter::AwaitRoom(uint64_t bytes) noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);  // between what was written last and what is known to be taken
  for (;;) {
    const uint32_t bell = exchange_.room_bell.load(std::memory_order_acquire);
    if (written_ - exchange_.taken.load(std::memory_order_acquire) + bytes <= kRingBytes) return;
    AwaitBell(exchange_.room_bell, bell, parent_);
  }
}

}  // namespace sluice::extractor
