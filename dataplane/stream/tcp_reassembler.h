// TcpReassembler: TCP segments in, in-order runs out. The room where a stream is what the receiver will read.
//
// Push takes a packet of a connection; afterwards Next is called until it returns false. **Every packet that was pushed
// comes back exactly once as a Delivery**: at once (in order, control, rejected), or later, when what it waited for has
// come, when it is evicted, or from Flush. In-order segments are delivered without a copy: `run` points into the packet.
//
// Tap: a passive observer. Where receivers may read differently (overlaps that disagree, old timestamps, decoys), the first
// reading is delivered and the other one is handed out as `alternative`, with its anomaly, so that nothing is silent.
// Inline: the guard on the wire. Nothing is delivered for forwarding that is not the next byte in order; segments ahead wait;
// a repeat must equal what was inspected (kept as packet references until it is acknowledged), else it is rejected; repeats of
// acknowledged data, which every receiver discards, have their payload overwritten with zeros; the urgent pointer is cleared.
//
// Thread: one worker. Allocates: in Create only. Failure: word outcomes, each with a counter. Sources: RFC 9293, RFC 7323
// (PAWS), RFC 5961 (RST in window), Ptacek and Newsham 1998.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_view.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/result.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/packet.h"

namespace sluice::stream {

enum class Mode : uint8_t { kTap, kInline };

// How a segment was taken; each has a counter of the same name. Anomalies among them are recorded by the pipeline.
enum class SegmentNote : uint8_t {
  kControl,               // no payload (ACK, SYN, FIN, RST, window update)
  kInOrder,
  kReordered,             // was held, now in order
  kRepeatVerified,        // all of it equals what was inspected
  kOldDataScrubbed,       // inline: repeat of acknowledged data, payload zeroed
  kKeepAlive,             // one byte or none, one before the edge
  kUnverifiedRepeat,      // repeat of data that is no longer held for comparison (tap: ignored; inline: by fail mode)
  kConflictingOverlap,    // disagrees with what was inspected or held: rejected inline, alternative in tap
  kHoldLimit,             // ahead of the edge and over a hold limit: rejected (sender repeats it) or passed, by fail mode
  kGapSkipped,            // tap: the bytes before it were never seen (capture loss)
  kOutOfWindow,
  kOldTimestamp,          // PAWS
  kNoAckFlag,             // data without ACK: receivers drop it
  kDataAfterFin,
  kDataAfterReset,
  kBadReset,              // RST outside the window
  kBadSyn,                // SYN within an established connection
  kUrgentData,            // URG with data: receivers differ by one byte
  kFlushed,               // connection ended while it was held
  kCount,
};
std::string_view Name(SegmentNote note);

enum class PacketAction : uint8_t { kForward, kReject };

struct Delivery {
  packet::Packet* packet = nullptr;
  content::Direction direction = content::Direction::kUpload;
  PacketAction action = PacketAction::kForward;  // what inline does unless the run's verdict says otherwise
  SegmentNote note = SegmentNote::kControl;
  bool retained = false;        // inline: `packet` stays referenced after it is forwarded; it comes back from TakeReleased
  bool is_anomaly = false;      // `note` is to be recorded as an anomaly
  ByteView run;                 // new in-order bytes, in packet's memory; may be empty
  uint64_t run_offset = 0;      // of run[0] in the direction's stream, from 0
  uint64_t gap_before = 0;      // bytes before run[0] that were never seen and never will be
  ByteView alternative;         // bytes of this packet that another receiver might read instead; to be inspected apart
  // The packet's payload = run + these three; the pipeline turns them into fates.
  uint32_t repeated_bytes = 0;    // equal to inspected data
  uint32_t unverified_bytes = 0;  // could not be compared
  uint32_t rejected_bytes = 0;    // conflicting or invalid
};

struct TcpOptions {
  Mode mode = Mode::kTap;
  uint32_t max_held_packets = 1u << 16;       // of the worker, out-of-order and retained together
  uint32_t max_held_per_direction = 1024;
  uint32_t max_retained_per_direction = 4096; // inline: oldest is given up first
  bool forward_over_hold_limit = false;       // fail open: passes and counts (invariant 2 gives way by policy)
  bool forward_unverified_repeat = false;     // fail open, likewise
  uint32_t min_window = 65535;                // accepted ahead of the edge when the window is not known (midstream)
  std::chrono::nanoseconds gap_timeout = std::chrono::seconds(2);  // tap: how long a hole may stay open without an ACK
};

enum class ConnectionState : uint8_t { kNew, kSynSeen, kEstablished, kClosing, kClosed, kReset };

// One direction's state. Plain data: the pipeline keeps connections in a slab and zeroes them for reuse.
struct TcpHalf {
  uint32_t initial_seq = 0;     // sequence number of stream offset 0
  uint32_t edge = 0;            // next sequence number in order (inspected up to here)
  uint32_t acked = 0;           // highest acknowledgement seen from the other side
  uint32_t window = 0;          // last window advertised BY THE OTHER SIDE for this direction, scaled
  uint32_t fin_seq = 0;
  uint32_t last_timestamp = 0;
  uint64_t edge_offset = 0;     // stream offset of `edge`
  packet::Packet* held = nullptr;            // out of order, by sequence number
  packet::Packet* retained = nullptr;        // inline: inspected, not acknowledged, oldest first
  packet::Packet* retained_tail = nullptr;
  uint32_t held_count = 0, retained_count = 0;
  Timestamp held_since;
  uint8_t window_shift = 0;
  bool seen = false;            // edge is valid
  bool syn_seen = false, fin_seen = false, fin_delivered = false, acked_valid = false, has_timestamp = false, window_known = false;
};

struct TcpConnection {
  std::array<TcpHalf, content::kDirections> half;
  ConnectionState state = ConnectionState::kNew;
  bool midstream = false;       // no SYN was seen
};
static_assert(sizeof(TcpConnection) <= 256);

class TcpReassembler {
 public:
  static Result<TcpReassembler> Create(const TcpOptions& options);
  TcpReassembler(TcpReassembler&&) noexcept;
  TcpReassembler& operator=(TcpReassembler&&) noexcept;
  ~TcpReassembler();

  // REQUIRES: packet.headers is TCP; previous Push has been drained by Next.
  void Push(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept;
  bool Next(TcpConnection& connection, Delivery& delivery) noexcept;

  // Time passes: tap holes older than gap_timeout are skipped. Drain with Next. False when there was nothing to do.
  bool ExpireGaps(TcpConnection& connection, Timestamp now) noexcept;

  // The connection ends (idle, evicted, blocked, shutdown): every held packet comes back from Next with kFlushed (tap: its
  // bytes as runs behind a gap; inline: rejected), then every retained one from TakeReleased.
  void Flush(TcpConnection& connection) noexcept;

  // Retained packets that are no longer needed; the driver frees them. nullptr when there is none.
  packet::Packet* TakeReleased() noexcept;

  uint32_t held_packets() const noexcept;  // out-of-order and retained, of all connections
  const CounterSet<SegmentNote>& counters() const noexcept;

 private:
  struct Impl;
  explicit TcpReassembler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::stream
