// Segment checks: would a receiver take this segment? Window, timestamps, acknowledgement and RST, by the RFCs'
// clauses.
//
// Pure questions about a direction's state; who asks decides what follows. Thread: pure. Allocates: never.
#pragma once

#include "dataplane/packet/packet.h"
#include "dataplane/stream/sequence.h"
#include "dataplane/stream/tcp_connection.h"
#include "dataplane/stream/tcp_reassembler.h"

namespace sluice::stream {

// How far ahead of the edge a segment may begin.
uint32_t AcceptedAhead(const TcpHalf& half, const TcpOptions& options) noexcept;

// Where a segment that begins at `sequence` stands to the direction's window.
enum class Place : uint8_t { kOutside, kBehind, kAtEdge, kAhead };
Place FindPlace(const TcpHalf& half, uint32_t sequence, const TcpOptions& options) noexcept;

// RFC 7323, 5.3 R1: a timestamp older than TS.Recent. A segment without one is taken, as receivers do.
inline bool IsOldTimestamp(const TcpHalf& half, const packet::TcpFields& tcp) noexcept {
  return half.has_timestamp && tcp.has_timestamp && SequenceBefore(tcp.timestamp_value, half.last_timestamp);
}

// RFC 5961, 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, with the largest window there is on both sides, for what
// was sent may not have been seen. `acknowledged` is the direction that the ACK speaks of.
inline bool IsPlausibleAck(const TcpHalf& acknowledged, uint32_t ack) noexcept {
  return !acknowledged.seen || ack - NextSequence(acknowledged) + kLargestWindow <= 2 * kLargestWindow;
}

enum class ResetJudgement : uint8_t {
  kReset,      // exactly what the receiver expects: the connection is gone
  kChallenge,  // within the window only: the receiver asks back (RFC 5961, 3.2)
  kBad,
};
ResetJudgement JudgeReset(const TcpConnection& connection, content::Direction direction, const packet::TcpFields& tcp,
                          const TcpOptions& options) noexcept;

}  // namespace sluice::stream
