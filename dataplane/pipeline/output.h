// Output: what the pipeline decided about packets, for the worker (or replay) to carry out after each call.
//
// The lists together give back every Packet exactly once, except that a retained one appears in `forward` first
// (with retained = true: the driver keeps a reference) and in `released` later. Thread: one worker. Allocates: in the
// constructor only; capacities cover a burst plus everything that can be held, so that nothing is ever cut.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/packet/packet.h"

namespace sluice::pipeline {

struct Forward {
  packet::Packet* packet = nullptr;
  bool retained = false;
};

// A frame that Sluice made (a reset, a block page, an acknowledgement), to leave by `port`.
struct Injection {
  uint8_t port = 0;
  uint32_t offset = 0, length = 0;  // within Output's frame buffer
};

class Output {
 public:
  // `max_packets`: burst size + packets that can be held by the reassemblers.
  explicit Output(size_t max_packets, size_t max_injections = 256);

  std::vector<Forward> forward;               // in this order, out of the other port of the pair (tap: nothing is sent)
  std::vector<packet::Packet*> drop;          // inline: not sent; tap: done with
  std::vector<packet::Packet*> aside;         // inline: held back by a quarantine; out of the port for these, where there is one, else not sent
  std::vector<packet::Packet*> released;      // no longer referenced; were forwarded before
  std::vector<Injection> injections;
  size_t dropped_retained = 0;                // frames that are not sent either, and come back in `released` later

  ByteView FrameOf(const Injection& injection) const { return {frames_.data() + injection.offset, injection.length}; }
  // Room for one more frame of at most kMaxFrame bytes; empty when full (counted by the caller).
  static constexpr size_t kMaxFrame = 2048;
  std::span<uint8_t> ClaimFrame() noexcept;
  void CommitFrame(uint8_t port, size_t length) noexcept;

  void Clear() noexcept;

 private:
  std::vector<uint8_t> frames_;  // max_injections frames of kMaxFrame bytes
  size_t frames_used_ = 0;
  size_t max_injections_;
};

}  // namespace sluice::pipeline
