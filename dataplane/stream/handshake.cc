#include "dataplane/stream/handshake.h"

#include <algorithm>

#include "dataplane/stream/sequence.h"

namespace sluice::stream {
namespace {

using content::Direction;
using content::Index;
using content::Opposite;
using packet::TcpFields;
using packet::TcpFlag;

constexpr uint8_t kLargestShift = 14;   // RFC 7323, 2.3
constexpr uint8_t kShiftAbsent = 0xff;  // TcpFields::window_shift

bool HasFlag(const TcpFields& tcp, uint8_t flag) noexcept {
  return (tcp.flags & flag) != 0;
}

// Nothing of this direction was delivered or waits, so its beginning may still be corrected.
bool IsUntouched(const TcpHalf& half) noexcept {
  return half.edge_offset == 0 && half.held == nullptr && !half.fin_delivered;
}

bool IsSynOf(const TcpHalf& half, const TcpFields& tcp) noexcept {
  return half.syn_seen && tcp.seq + 1 == SequenceAt(half, 0);
}

// The acknowledgement of this SYN/ACK lies within what `half` sent.
bool Answers(const TcpFields& tcp, const TcpHalf& half) noexcept {
  return half.syn_seen && tcp.ack - SequenceAt(half, 0) <= half.edge_offset;
}

void Begin(TcpHalf& half, uint32_t first, const TcpFields& tcp) noexcept {
  half.edge = first;
  half.edge_offset = 0;
  half.seen = true;
  half.has_timestamp = tcp.has_timestamp;
  half.last_timestamp = tcp.timestamp_value;
}

// Where a SYN was seen, nothing before it can have been acknowledged, nor anything behind it yet.
void BeginAtSyn(TcpHalf& half, uint32_t first, const TcpFields& tcp) noexcept {
  Begin(half, first, tcp);
  half.syn_seen = true;
  half.acked_valid = half.acked_valid && half.acked == first;
}

// RFC 7323, 2.2: scaling counts only when both sides offered it. `half` is the direction whose receiver sent this SYN.
void NoteOfferedShift(TcpHalf& half, const TcpFields& tcp) noexcept {
  half.shift_offered = tcp.window_shift != kShiftAbsent;
  half.window_shift = half.shift_offered ? std::min(tcp.window_shift, kLargestShift) : uint8_t{0};
}

void SettleWindowScale(TcpHalf& a, TcpHalf& b) noexcept {
  if (!a.shift_offered || !b.shift_offered) a.window_shift = b.window_shift = 0;
  a.window_known = b.window_known = true;
}

// What the answer to a SYN tells about the direction it answers.
void BeginAnswered(TcpHalf& half, const TcpFields& tcp) noexcept {
  if (Answers(tcp, half) || !IsUntouched(half)) {
    // RFC 7323, 3.2: timestamps are in use only when both SYNs carried them.
    half.has_timestamp = half.has_timestamp && tcp.has_timestamp;
    return;
  }
  BeginAtSyn(half, tcp.ack, tcp);
  half.last_timestamp = tcp.timestamp_echo;
}

}  // namespace

SynJudgement JudgeSyn(const TcpConnection& connection, Direction direction, const TcpFields& tcp) noexcept {
  if (HasFlag(tcp, TcpFlag::kFin) || HasFlag(tcp, TcpFlag::kRst)) return SynJudgement::kBad;
  const TcpHalf& half = connection.half[Index(direction)];
  const TcpHalf& other = connection.half[Index(Opposite(direction))];
  if (IsSynOf(half, tcp)) return SynJudgement::kRepeat;
  if (!half.seen) {
    const bool early = connection.state <= ConnectionState::kSynSeen || IsUntouched(other);
    return early || (HasFlag(tcp, TcpFlag::kAck) && Answers(tcp, other)) ? SynJudgement::kBegins : SynJudgement::kBad;
  }
  // A new attempt, the earlier one having gone unanswered; the SYN behind a bare ACK (split handshakes); or a server
  // that forgot its first answer (SYN cookies, restarts) and gives another to the same SYN.
  const bool opening = connection.state <= ConnectionState::kSynSeen;
  const bool again = HasFlag(tcp, TcpFlag::kAck) ? Answers(tcp, other) : !other.syn_seen;
  return IsUntouched(half) && ((opening && again) || !half.syn_seen) ? SynJudgement::kBegins : SynJudgement::kBad;
}

void BeginWithSyn(TcpConnection& connection, Direction direction, const TcpFields& tcp) noexcept {
  TcpHalf& half = connection.half[Index(direction)];
  TcpHalf& other = connection.half[Index(Opposite(direction))];
  half.disputed = half.syn_seen;
  BeginAtSyn(half, tcp.seq + 1, tcp);
  NoteOfferedShift(other, tcp);
  // A SYN/ACK behind an RST: the client did not believe the RST.
  half.reset_seen = false;
  const bool refused = connection.state == ConnectionState::kReset && !other.reset_seen;
  if (connection.state == ConnectionState::kNew || refused) connection.state = ConnectionState::kSynSeen;
  if (other.syn_seen) SettleWindowScale(half, other);
  if (!HasFlag(tcp, TcpFlag::kAck)) return;
  BeginAnswered(other, tcp);
  half.has_timestamp = half.has_timestamp && other.has_timestamp;
}

bool AwaitsAnswer(const TcpConnection& connection, Direction direction) noexcept {
  const TcpHalf& half = connection.half[Index(direction)];
  const TcpHalf& other = connection.half[Index(Opposite(direction))];
  const bool opening = connection.state == ConnectionState::kSynSeen || connection.state == ConnectionState::kReset;
  return opening && other.syn_seen && !half.seen;
}

void SettleDispute(TcpHalf& half, uint32_t ack) noexcept {
  if (!half.disputed || !IsUntouched(half)) return;
  half.edge = ack;
  half.disputed = false;
}

void BeginMidstream(TcpHalf& half, const TcpFields& tcp) noexcept {
  Begin(half, tcp.seq, tcp);
}

bool StartsNewConnection(const TcpConnection& connection, Direction direction,
                         const packet::Headers& headers) noexcept {
  const TcpFields& tcp = headers.tcp;
  if (!HasFlag(tcp, TcpFlag::kSyn) || HasFlag(tcp, TcpFlag::kRst) || HasFlag(tcp, TcpFlag::kFin)) return false;
  if (connection.state == ConnectionState::kNew) return false;
  if (JudgeSyn(connection, direction, tcp) != SynJudgement::kBad) return false;
  const TcpHalf& half = connection.half[Index(direction)];
  const TcpHalf& other = connection.half[Index(Opposite(direction))];
  // A SYN/ACK with another number answers a SYN other than the one we know.
  if (HasFlag(tcp, TcpFlag::kAck)) return other.seen && tcp.ack != SequenceAt(other, 0);
  const bool over = connection.state == ConnectionState::kClosed || connection.state == ConnectionState::kReset ||
                    !other.seen;  // one-sided: no answer will ever tell
  // Numbers within this distance behind the edge could be counted up to it, and the old connection's data would fit on.
  constexpr uint32_t kSuspiciousDistance = 1u << 24;
  return over && NextSequence(half) - (tcp.seq + 1) > kSuspiciousDistance;
}

}  // namespace sluice::stream
