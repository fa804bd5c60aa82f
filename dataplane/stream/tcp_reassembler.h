// TcpReassembler: TCP segments in, in-order runs out. The room where a stream is what the receiver will read.
//
// Push takes a packet of a connection; afterwards Next is called until it returns false. **Every packet that was pushed
// comes back exactly once as a Delivery**: at once (in order, control, rejected), or later, when what it waited for has
// come, when it is evicted, or from Flush. In-order segments are delivered without a copy: `run` points into the
// packet.
//
// Tap: a passive observer. Where receivers may read differently (overlaps that disagree, old timestamps, decoys), the
// first reading is delivered and the other one is handed out as `alternative`, with its anomaly, so that nothing is
// silent. Inline: the guard on the wire. Nothing is delivered for forwarding that is not the next byte in order;
// segments ahead wait; a repeat must equal what was inspected (kept as packet references until it is acknowledged),
// else it is rejected; repeats of acknowledged data, which every receiver discards, have their payload overwritten with
// zeros; the urgent pointer is cleared.
//
// Thread: one worker. Allocates: in Create only. Failure: word outcomes, each with a counter. Sources: RFC 9293, RFC
// 7323 (PAWS), RFC 5961 (RST in window), Ptacek and Newsham 1998.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "base/counter.h"
#include "base/result.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/packet.h"
#include "dataplane/stream/delivery.h"
#include "dataplane/stream/tcp_connection.h"

namespace sluice::stream {

enum class Mode : uint8_t { kTap, kInline };

struct TcpOptions {
  Mode mode = Mode::kTap;
  // Of the worker, out-of-order and retained together. A quarter of it is kept for packets that wait out of order.
  uint32_t max_held_packets = 1u << 16;
  uint32_t max_held_per_direction = 1024;
  uint32_t max_retained_per_direction = 4096;  // oldest is given up first
  // Tap: keep inspected packets until they are acknowledged, so that repeats can be compared; without it every repeat
  // is an alternative reading. Inline always keeps them.
  bool retain_in_tap = true;
  bool forward_over_hold_limit = false;    // inline, fail open: passes and counts (invariant 2 gives way by policy)
  bool forward_unverified_repeat = false;  // inline, fail open, likewise
  // Inline, fail open: frames of our connections may go on without Push, while a worker stalls or has too much to do. The
  // receiver's acknowledgement of bytes that we never saw is then believed (see FailOpen).
  bool frames_pass_beside = false;
  // Accepted ahead of the edge at least, and where the window is not known (midstream). An observer cannot ask for a
  // repeat: tap accepts up to the largest window there is (RFC 7323, 2.3) where it does not know.
  uint32_t min_window = 65535;
  std::chrono::nanoseconds gap_timeout = std::chrono::seconds(2);  // tap: how long a hole may stay open without an ACK
};

// What a policy says of what could not be inspected; may change while connections are open.
//
// Where frames may pass beside us, a connection has holes that nobody will ever fill. The receiver knows: its acknowledgement
// beyond what was delivered proves that it has those bytes (RFC 9293, 3.10.7.4), and the stream goes on behind a named gap.
// Where it has nothing to say, it is asked: a segment that waits, or lies outside the window, and comes once more is sent on
// without its bytes and with a number below what is acknowledged, which the RFC has it answer with an acknowledgement. Nobody
// gains by lying: what an acknowledgement skips counts as acknowledged, so that it goes on with zeros in its place if ever.
struct FailOpen {
  bool over_hold_limit = false, unverified_repeat = false, overload = false;
};

class Reassembly;

class TcpReassembler {
 public:
  // Errors: kInvalidArgument for a limit of 0, a min_window over 2^30, or a gap_timeout that is not positive.
  static Result<TcpReassembler> Create(const TcpOptions& options);
  TcpReassembler(TcpReassembler&&) noexcept;
  TcpReassembler& operator=(TcpReassembler&&) noexcept;
  ~TcpReassembler();

  // REQUIRES: packet.headers is TCP; previous Push has been drained by Next. Inline: who does not forward a run,
  // forwards nothing more of that connection, for a repeat of the run counts as inspected.
  void Push(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept;
  bool Next(TcpConnection& connection, Delivery& delivery) noexcept;
  // The common case of the two in one step: `packet` is the next data in order, or a bare ACK, of an established connection
  // in which nothing waits. True: it is delivered, its whole payload being the run, and Next has nothing. False: it was not
  // taken; Push it.
  bool TakeInOrder(TcpConnection& connection, content::Direction direction, packet::Packet& packet, bool& retained) noexcept;

  // Time passes: tap holes older than gap_timeout are skipped (Push does so too, for its own connection). Drain with
  // Next. False when there was nothing to do.
  bool ExpireGaps(TcpConnection& connection, Timestamp now) noexcept;

  // The connection ends (idle, evicted, blocked, shutdown): every held packet comes back from Next with kFlushed (tap:
  // its bytes as runs behind a gap; inline: rejected), then every retained one from TakeReleased.
  void Flush(TcpConnection& connection) noexcept;

  // A new policy. What passed beside us under an earlier one has passed: `overload` stays on once it was.
  void Follow(const FailOpen& open) noexcept;

  // Retained packets that are no longer needed; the driver frees them. nullptr when there is none.
  packet::Packet* TakeReleased() noexcept;

  uint32_t held_packets() const noexcept;  // out-of-order and retained, of all connections
  const CounterSet<SegmentNote>& counters() const noexcept;
  // Packets that could not be retained until they were acknowledged, over a limit: repeats of them are unverified.
  const Counter& retained_given_up() const noexcept;

 private:
  explicit TcpReassembler(std::unique_ptr<Reassembly> reassembly);
  std::unique_ptr<Reassembly> reassembly_;
};

}  // namespace sluice::stream
