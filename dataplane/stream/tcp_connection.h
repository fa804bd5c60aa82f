// TcpConnection: what the stream remembers of one TCP connection, and the questions others may ask of it.
//
// Plain data: the pipeline keeps connections in a slab and assigns TcpConnection{} for reuse (after Flush). The fields
// that an in-order segment touches stand together, one cache line for each direction.
// Thread: one worker. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/packet.h"

namespace sluice::stream {

enum class ConnectionState : uint8_t { kNew, kSynSeen, kEstablished, kClosing, kClosed, kReset };

// One direction: the bytes that one side sends. "Other side" is who receives and acknowledges them.
struct alignas(64) TcpHalf {
  uint32_t edge = 0;            // next sequence number in order (inspected up to here); a FIN delivered is not counted
  uint32_t acked = 0;           // highest acknowledgement believed from the other side
  uint32_t window = 0;          // last window advertised BY THE OTHER SIDE for this direction, scaled
  uint32_t last_timestamp = 0;  // TS.Recent (RFC 7323, 4.3)
  uint64_t edge_offset = 0;     // stream offset of `edge`
  packet::Packet* held = nullptr;      // out of order, by sequence number, then by arrival
  packet::Packet* retained = nullptr;  // inspected, not acknowledged, oldest first
  packet::Packet* retained_tail = nullptr;
  uint32_t retained_count = 0;
  uint32_t retained_start = 0;  // what `retained` holds begins here
  uint8_t window_shift = 0;     // of windows that the other side advertises
  bool plain = false;           // established, neither FIN nor RST delivered: in-order segments need no second look
  bool seen = false;            // edge is valid
  bool acked_valid = false;
  bool has_timestamp = false;
  bool window_known = false;  // both window scale options were seen, or that one was absent
  bool syn_seen : 1 = false;
  bool fin_delivered : 1 = false;
  bool reset_seen : 1 = false;     // this side sent an RST that counts
  bool shift_offered : 1 = false;  // the other side's SYN carried a window scale
  bool passed_valid : 1 = false;   // TcpHalfDetail::passed is valid
  bool disputed : 1 = false;       // SYN/ACKs with different numbers were seen
  bool compare_mark : 1 = false;   // TcpHalfDetail::compare_from is valid
};
static_assert(sizeof(TcpHalf) == 64);

// The rest of a direction's state, not touched by in-order segments.
struct TcpHalfDetail {
  packet::Packet* held_tail = nullptr;
  packet::Packet* compare_from = nullptr;  // a retained packet where the last comparison ended
  uint32_t compare_start = 0;              // what it holds begins here
  uint32_t held_count = 0;
  Timestamp held_since;  // when the hole before `held` opened, or last became smaller
  uint32_t passed = 0;   // inline: end of what went by uninspected, by a fail mode
};

struct TcpConnection {
  std::array<TcpHalf, content::kDirections> half;
  std::array<TcpHalfDetail, content::kDirections> detail;
  ConnectionState state = ConnectionState::kNew;
  bool midstream = false;  // no SYN was seen
};
static_assert(sizeof(TcpConnection) <= 256);

// The sequence number that a receiver who has read everything delivered expects next: after a FIN, one past it.
inline uint32_t NextSequence(const TcpHalf& half) noexcept {
  return half.edge + (half.fin_delivered ? 1u : 0u);
}
inline uint32_t NextSequence(const TcpConnection& connection, content::Direction direction) noexcept {
  return NextSequence(connection.half[content::Index(direction)]);
}
// The sequence number of a stream offset, e.g. of Delivery::run_offset: what a receiver expects who does not get that
// run.
inline uint32_t SequenceAt(const TcpHalf& half, uint64_t offset) noexcept {
  return half.edge - static_cast<uint32_t>(half.edge_offset - offset);
}
inline uint32_t SequenceAt(const TcpConnection& connection, content::Direction direction, uint64_t offset) noexcept {
  return SequenceAt(connection.half[content::Index(direction)], offset);
}
// The highest acknowledgement of this direction's bytes; what the other side surely has. NextSequence where there is
// none.
inline uint32_t AcknowledgedSequence(const TcpConnection& connection, content::Direction direction) noexcept {
  const TcpHalf& half = connection.half[content::Index(direction)];
  return half.acked_valid ? half.acked : NextSequence(half);
}

// True when this packet belongs to a new connection between the same ports, the one described having ended: the
// pipeline then flushes the old one, and pushes the packet to TcpConnection{}. Ask before Push, for packets with SYN.
// A SYN alone is believed only where the old connection is over and its number does not lie behind the old edge, for
// after a forged RST and SYN the old connection's data would go on there; otherwise the SYN/ACK that answers it tells.
bool StartsNewConnection(const TcpConnection& connection, content::Direction direction,
                         const packet::Headers& headers) noexcept;

}  // namespace sluice::stream
