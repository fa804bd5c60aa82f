// Conversations: HTTP uploads between many clients and a server as two hosts would have them, for probes of a running appliance: a frame is
// not sent before what it answers has arrived.
//
// Each slot has one conversation at a time, and the next with another client address after it: so the appliance sees flows come and go.
// Thread: one. Allocates: when made. Failure: a conversation that does not go on is given up and counted.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_view.h"

namespace sluice::perf {

class Conversations {
 public:
  struct Counts {
    uint64_t sent = 0, received = 0;
    uint64_t stray = 0;    // of a conversation that is over, or none of ours
    uint64_t given_up = 0;  // conversations
  };
  enum class Side : uint8_t { kClient, kServer };

  // `slots` at a time (at most 40,000), each an upload of half to one and a half `body_bytes`. A conversation that stands still for `patience` is given up.
  Conversations(uint32_t slots, size_t body_bytes, uint64_t patience_cycles);

  // The next frame that may be sent, written to `frame` (kMaxFrame bytes) with the time in it, and the side that sends it; its length, or 0
  // where all wait for answers.
  size_t Next(uint64_t now, uint8_t* frame, Side& from);
  // A frame that arrived at `to`: cycles since it was sent; none where it does not belong to a conversation under way.
  std::optional<uint64_t> Arrived(Side to, ByteView frame, uint64_t now);

  const Counts& counts() const { return counts_; }
  static constexpr size_t kMaxFrame = 1522;

 private:
  struct Frame {
    std::vector<uint8_t> bytes;
    Side from = Side::kClient;
    uint32_t after = 0;  // frames of the other side that come before
  };
  struct Slot {
    uint32_t client = 0;  // address
    uint32_t next = 0;    // frame
    std::array<uint32_t, 2> arrived{};  // by the side that sent them
    uint64_t moved = 0;   // when the last one was sent
  };
  void Begin(Slot& slot);
  void WriteFrame(const Frame& frame, const Slot& slot, uint64_t stamp, uint8_t* out) const;

  const uint64_t patience_;
  std::vector<std::vector<Frame>> scripts_;
  std::vector<Slot> slots_;
  uint32_t at_ = 0;
  uint32_t clients_ = 0;  // so far
  Counts counts_;
};

}  // namespace sluice::perf
