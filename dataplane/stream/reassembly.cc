#include "dataplane/stream/reassembly.h"

#include <utility>

#include "dataplane/stream/handshake.h"
#include "dataplane/stream/hold_queue.h"
#include "dataplane/stream/packet_rewrite.h"
#include "dataplane/stream/segment_checks.h"

namespace sluice::stream {

using content::Direction;
using content::Index;
using content::Opposite;
using packet::Packet;
using packet::TcpFlag;

namespace {

constexpr std::array<Direction, content::kDirections> kBothDirections = {Direction::kUpload, Direction::kDownload};

void RefreshPlain(TcpConnection& connection) noexcept {
  const bool established = connection.state == ConnectionState::kEstablished || connection.state == ConnectionState::kClosing;
  for (TcpHalf& half : connection.half) {
    half.plain = established && half.seen && !half.fin_delivered && !half.reset_seen;
  }
}

}  // namespace

Reassembly::Segment Reassembly::MakeSegment(TcpConnection& connection, Direction direction, Packet& packet) noexcept {
  const size_t side = Index(direction);
  return Segment{
      connection, connection.half[side], connection.detail[side], packet,
      direction,  DataSequence(packet),  packet.Payload(),        (packet.headers.tcp.flags & TcpFlag::kFin) != 0};
}

void Reassembly::PushSlowly(TcpConnection& connection, Direction direction, Packet& packet) noexcept {
  now_ = packet.time;
  Segment segment = MakeSegment(connection, direction, packet);
  Judge(segment);
  RefreshPlain(connection);
  bool waiting = false;
  for (const Direction d : kBothDirections) {
    drain_[Index(d)] = connection.half[Index(d)].held != nullptr;
    waiting = waiting || drain_[Index(d)];
  }
  if (waiting) ExpireGaps(connection, now_);
}

// RFC 6093, 6: stacks differ on which byte is urgent and where they put it. Inline, none is: it is read in its place.
bool Reassembly::ClearUrgency(Segment& segment) noexcept {
  if (!CanRewrite(segment.packet)) return false;
  ClearUrgent(segment.packet);
  segment.urgent_cleared = true;
  return true;
}

void Reassembly::Judge(Segment& segment) noexcept {
  if (!IsTap() && segment.Has(TcpFlag::kUrg) && !ClearUrgency(segment)) {
    Reject(segment, SegmentNote::kUrgentData);
    return;
  }
  if (segment.Has(TcpFlag::kSyn)) return TakeSyn(segment);
  if (segment.Has(TcpFlag::kRst)) return TakeReset(segment);
  // RFC 9293, 3.10.7.4: "if the ACK bit is off, drop the segment".
  if (!segment.Has(TcpFlag::kAck)) {
    Reject(segment, SegmentNote::kNoAckFlag);
    return;
  }
  TcpHalf& other = segment.connection.half[Index(Opposite(segment.direction))];
  const bool next_in_order = segment.half.seen && segment.sequence == segment.half.edge;
  if (other.disputed && next_in_order) SettleDispute(other, segment.tcp().ack);
  if (!IsPlausibleAck(other, segment.tcp().ack)) {
    Reject(segment, SegmentNote::kBadAck);
    return;
  }
  if (segment.payload.empty() && !segment.fin) return TakeEmpty(segment);
  TakeData(segment);
}

void Reassembly::TakeReset(const Segment& segment) noexcept {
  const ResetJudgement judgement = JudgeReset(segment.connection, segment.direction, segment.tcp(), options_);
  // Text in an RST (RFC 9293, 3.5.3) is no part of the stream: nothing of it goes on.
  const bool scrub = !IsTap() && !segment.payload.empty();
  if (judgement == ResetJudgement::kBad || (scrub && !CanRewrite(segment.packet))) {
    Delivery& delivery = Reject(segment, SegmentNote::kBadReset);
    // Behind what was sent is where late answers to a closed socket fall; nobody acts on them, and nobody gains.
    const bool late = segment.half.seen && SequenceBefore(segment.sequence, NextSequence(segment.half));
    if (late && segment.payload.empty()) delivery.is_anomaly = false;
    return;
  }
  if (scrub) ZeroPayload(segment.packet, 0, segment.payload.size());
  if (judgement == ResetJudgement::kReset) {
    segment.half.reset_seen = true;
    segment.connection.state = ConnectionState::kReset;
  }
  Delivery& delivery = Emit(segment, SegmentNote::kControl);
  delivery.rejected_bytes = static_cast<uint32_t>(segment.payload.size());
  delivery.is_anomaly = !segment.payload.empty();
  if (IsTap()) delivery.alternative = segment.payload;
}

void Reassembly::TakeSyn(const Segment& segment) noexcept {
  const SynJudgement judgement = JudgeSyn(segment.connection, segment.direction, segment.tcp());
  if (judgement == SynJudgement::kBad) {
    Delivery& delivery = Reject(segment, SegmentNote::kBadSyn);
    // RFC 5961, 4: the receiver answers with a challenge, without which a peer that lost its state could not come back.
    const bool bare = segment.payload.empty() && !segment.fin && !segment.Has(TcpFlag::kRst);
    if (bare) delivery.action = PacketAction::kForward;
    return;
  }
  if (judgement == SynJudgement::kBegins) BeginWithSyn(segment.connection, segment.direction, segment.tcp());
  if (!segment.payload.empty()) return TakeData(segment);
  BelieveAck(segment.connection, segment.direction, segment.tcp());
  NoteProgress(segment);
  Emit(segment, SegmentNote::kControl);
}

void Reassembly::TakeEmpty(const Segment& segment) noexcept {
  const TcpHalf& half = segment.half;
  SegmentNote note = SegmentNote::kControl;
  bool believed = true;
  if (half.seen && segment.sequence != NextSequence(half)) {
    const bool probe = segment.sequence + 1 == half.edge && !half.fin_delivered;
    if (probe) {
      note = SegmentNote::kKeepAlive;
    } else if (FindPlace(half, segment.sequence, options_) == Place::kOutside && !MayFollowAHole(half, segment.sequence)) {
      Reject(segment, SegmentNote::kOutOfWindow);
      return;
    }
  }
  // An old timestamp on a bare ACK is an ACK that was overtaken: it goes on, and says nothing new.
  if (IsOldTimestamp(half, segment.tcp()) || AwaitsAnswer(segment.connection, segment.direction)) believed = false;
  if (believed) {
    if (half.seen && !SequenceBefore(half.edge, segment.sequence)) NoteTimestamp(segment.half, segment.tcp());
    BelieveAck(segment.connection, segment.direction, segment.tcp());
    NoteProgress(segment);
  }
  Emit(segment, note);
}

void Reassembly::TakeData(const Segment& segment) noexcept {
  TcpHalf& half = segment.half;
  if (AwaitsAnswer(segment.connection, segment.direction) && !segment.Has(TcpFlag::kSyn)) {
    Reject(segment, SegmentNote::kOutOfWindow);
    return;
  }
  if (!half.seen) BeginMidstream(half, segment.tcp());
  const bool probe = segment.payload.size() == 1 && segment.sequence + 1 == half.edge;
  const Place place = FindPlace(half, segment.sequence, options_);
  if (place == Place::kOutside && !probe) {
    if (!MayFollowAHole(half, segment.sequence) || !AskReceiver(segment)) Reject(segment, SegmentNote::kOutOfWindow);
    return;
  }
  const int32_t beyond_edge = SequenceDistance(half.edge, segment.end());
  const bool brings_new = beyond_edge > 0 || (segment.fin && beyond_edge == 0 && !half.fin_delivered);
  if (brings_new && IsOldTimestamp(half, segment.tcp())) {
    Reject(segment, SegmentNote::kOldTimestamp);
  } else if (place != Place::kAhead) {
    TakeAtEdge(segment);
  } else if (half.fin_delivered) {
    Reject(segment, SegmentNote::kDataAfterFin);
  } else if (half.reset_seen && !IsTap()) {
    Reject(segment, SegmentNote::kDataAfterReset);
  } else if (!ComesAgain(segment) || !AskReceiver(segment)) {
    Hold(segment);
  }
}

// Further ahead than its receiver allowed when we last heard of it: it may have allowed more beside us.
bool Reassembly::MayFollowAHole(const TcpHalf& half, uint32_t sequence) const noexcept {
  return options_.frames_pass_beside && !IsTap() && SequenceBefore(half.edge, sequence) && sequence - half.edge <= kLargestWindow;
}

// The sender repeats what waits behind a hole, and not what would fill it.
bool Reassembly::ComesAgain(const Segment& segment) const noexcept {
  return options_.frames_pass_beside && !IsTap() && segment.half.held != nullptr && DataSequence(*segment.half.held) == segment.sequence;
}

// A probe as keep-alives are (RFC 9293, 3.8.4), but of acknowledged numbers only: one below the last of them at its end, so that
// neither the zeros nor a FIN can be taken for new. False: nothing is acknowledged, or the frame cannot be changed.
bool Reassembly::AskReceiver(const Segment& segment) noexcept {
  if (!segment.half.acked_valid || !CanRewrite(segment.packet) || segment.Has(TcpFlag::kSyn)) return false;
  const auto size = static_cast<uint32_t>(segment.payload.size());
  ZeroPayload(segment.packet, 0, size);
  SetSequence(segment.packet, segment.half.acked - 1 - size);
  BelieveAck(segment.connection, segment.direction, segment.tcp());
  Emit(segment, SegmentNote::kReceiverAsked).rejected_bytes = size;
  return true;
}

void Reassembly::Hold(const Segment& segment) noexcept {
  TcpHalfDetail& detail = segment.detail;
  const bool over_limit =
      detail.held_count >= options_.max_held_per_direction || held_packets() >= options_.max_held_packets;
  if (over_limit && !IsTap()) {
    Delivery& delivery = Reject(segment, SegmentNote::kHoldLimit);
    delivery.is_anomaly = options_.forward_over_hold_limit;
    if (!options_.forward_over_hold_limit) return;  // nothing is lost: the sender repeats it
    delivery.action = PacketAction::kForward;
    delivery.unverified_bytes = std::exchange(delivery.rejected_bytes, 0u);
    NotePassed(segment.connection, segment.direction, segment.end() + (segment.fin ? 1u : 0u));
    BelieveAck(segment.connection, segment.direction, segment.tcp());
    return;
  }
  if (segment.half.held == nullptr) detail.held_since = now_;
  HoldPacket(segment.half, detail, segment.packet);
  ++held_total_;
  if (!IsTap()) return;  // inline, its ACK counts when it is forwarded
  BelieveAck(segment.connection, segment.direction, segment.tcp());
  NoteProgress(segment);
  // An observer cannot refuse: the hole before the first held packet is given up instead, which makes room.
  if (over_limit) skip_hole_[Index(segment.direction)] = true;
}

bool Reassembly::NextWaiting(TcpConnection& connection) noexcept {
  for (const Direction d : kBothDirections) {
    if (!drain_[Index(d)]) continue;
    drain_[Index(d)] = NextHeld(connection, d);
    if (drain_[Index(d)]) return true;
    skip_hole_[Index(d)] = false;
  }
  if (flushing_) {
    flushing_ = false;
    ReleaseAll(connection);
  }
  return false;
}

// Delivers the lowest held packet of a direction, if its turn has come.
bool Reassembly::NextHeld(TcpConnection& connection, Direction direction) noexcept {
  TcpHalf& half = connection.half[Index(direction)];
  if (half.held == nullptr) return false;
  const int32_t hole = SequenceDistance(half.edge, DataSequence(*half.held));
  if (hole > 0 && !MaySkipTo(half, direction, DataSequence(*half.held))) return false;

  --held_total_;
  Segment segment = MakeSegment(connection, direction, TakeHeld(half, connection.detail[Index(direction)]));
  segment.was_held = true;
  if (flushing_ && !IsTap()) {
    Reject(segment, SegmentNote::kFlushed);
    return true;
  }
  if (hole > 0) {
    skip_hole_[Index(direction)] = false;
    segment.gap = static_cast<uint64_t>(hole);
    half.edge += static_cast<uint32_t>(hole);
    half.edge_offset += segment.gap;
  }
  TakeAtEdge(segment);
  RefreshPlain(connection);
  return true;
}

// A hole is given up when the receiver acknowledged all of it (it has what we missed), or when waiting has an end.
bool Reassembly::MaySkipTo(const TcpHalf& half, Direction direction, uint32_t sequence) const noexcept {
  if (flushing_ || skip_hole_[Index(direction)]) return true;
  return half.acked_valid && !SequenceBefore(half.acked, sequence);
}

bool Reassembly::ExpireGaps(TcpConnection& connection, Timestamp now) noexcept {
  if (!IsTap()) return false;
  now_ = now;
  bool expired = false;
  for (const Direction d : kBothDirections) {
    const TcpHalf& half = connection.half[Index(d)];
    if (half.held == nullptr || now - connection.detail[Index(d)].held_since < options_.gap_timeout) continue;
    drain_[Index(d)] = skip_hole_[Index(d)] = expired = true;
  }
  return expired;
}

void Reassembly::Flush(TcpConnection& connection) noexcept {
  flushing_ = true;
  for (const Direction d : kBothDirections) drain_[Index(d)] = connection.half[Index(d)].held != nullptr;
  if (drain_[0] || drain_[1]) return;
  flushing_ = false;
  ReleaseAll(connection);
}

}  // namespace sluice::stream
