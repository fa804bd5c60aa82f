// RingWriter: records into the ring of the exchange, published whole; it waits where the ring is full.
//
// It keeps the bounds on output and members: beyond them the order is answered with kLimit and the process ends, which undoes
// whatever the parser was about. Thread: one. Allocates: never.
#pragma once

#include "extractor/member_sink.h"

namespace sluice::extractor {

class RingWriter final : public MemberSink {
 public:
  RingWriter(extract::Exchange& exchange, int parent) : exchange_(exchange), parent_(parent) {}

  void BeginOrder(uint32_t number, const Limits& limits);
  void EndOrder(Outcome outcome);
  // From anywhere, also from within an allocation.
  [[noreturn]] void GiveUp() noexcept;

  void Begin(std::string_view name) override;
  void Write(ByteView bytes) override;
  void End(Outcome outcome) override;

 private:
  void Put(extract::RecordKind kind, Outcome outcome, ByteView payload) noexcept;
  void Copy(uint64_t at, ByteView bytes) noexcept;
  void AwaitRoom(uint64_t bytes) noexcept;

  extract::Exchange& exchange_;
  int parent_;
  uint32_t order_ = 0;
  uint64_t written_ = 0;
  bool in_member_ = false;
  uint64_t output_left_ = 0;
  uint32_t members_left_ = 0;
};

}  // namespace sluice::extractor
