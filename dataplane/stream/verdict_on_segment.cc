// Second part of Reassembly: segments that begin at or behind the edge, what is believed of them, and what is kept.
#include "dataplane/stream/packet_rewrite.h"
#include "dataplane/stream/reassembly.h"
#include "dataplane/stream/segment_checks.h"

namespace sluice::stream {

using content::Direction;
using content::Index;
using content::Opposite;
using packet::TcpFields;
using packet::TcpFlag;

void Reassembly::TakeAtEdge(const Segment& segment) noexcept {
  const auto behind = static_cast<size_t>(segment.half.edge - segment.sequence);
  const ByteView repeated = segment.payload.First(behind);
  Comparison repeat;
  if (!repeated.empty()) repeat = CompareRepeat(segment.half, segment.detail, segment.sequence, repeated);
  const ByteView fresh = segment.payload.From(behind);
  if (IsTap()) {
    TakeTap(segment, repeat, fresh);
  } else {
    TakeInline(segment, repeat, fresh);
  }
}

void Reassembly::TakeInline(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept {
  const TcpHalf& half = segment.half;
  if (repeat.conflict || EndsInThePast(segment)) {
    Reject(segment, SegmentNote::kConflictingOverlap);
  } else if (!fresh.empty() && half.fin_delivered) {
    Reject(segment, SegmentNote::kDataAfterFin);
  } else if (!fresh.empty() && half.reset_seen) {
    Reject(segment, SegmentNote::kDataAfterReset);
  } else if ((repeat.unknown > 0 && !options_.forward_unverified_repeat) ||
             (repeat.acknowledged > 0 && !CanRewrite(segment.packet))) {
    Reject(segment, SegmentNote::kUnverifiedRepeat);
  } else {
    if (repeat.acknowledged > 0) ZeroPayload(segment.packet, 0, repeat.acknowledged);
    Delivery& delivery = Accept(segment, repeat, fresh);
    if (segment.urgent_cleared && !fresh.empty()) delivery.note = SegmentNote::kUrgentData;
    if (repeat.unknown > 0) {
      delivery.note = SegmentNote::kUnverifiedRepeat;
      delivery.is_anomaly = true;
    }
  }
}

void Reassembly::TakeTap(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept {
  const bool after_fin = segment.half.fin_delivered && !fresh.empty();
  const bool after_reset = segment.half.reset_seen && !fresh.empty();
  const bool conflict = repeat.conflict || EndsInThePast(segment);
  // The FIN or RST may have been one that the receiver never got: what goes on in sequence is still delivered.
  if (after_fin) segment.half.fin_delivered = false;
  Delivery& delivery = Accept(segment, repeat, fresh);
  const auto mark = [&delivery](SegmentNote note) {
    delivery.note = note;
    delivery.is_anomaly = true;
  };
  if (segment.Has(TcpFlag::kUrg) && !fresh.empty()) mark(SegmentNote::kUrgentData);
  if (after_reset) mark(SegmentNote::kDataAfterReset);
  if (after_fin) mark(SegmentNote::kDataAfterFin);
  if (conflict) mark(SegmentNote::kConflictingOverlap);
  const bool unverified = delivery.unverified_bytes > 0 && delivery.note != SegmentNote::kKeepAlive;
  if (!conflict && !unverified) return;
  // The whole of what was seen before is the other reading, equal parts included: they give it its context.
  delivery.alternative = segment.payload.First(segment.payload.size() - fresh.size());
  delivery.rejected_bytes = static_cast<uint32_t>(delivery.alternative.size());
  delivery.repeated_bytes = delivery.unverified_bytes = 0;
}

// A FIN at a number that data has already passed, or another than the one delivered: two readings of where it ends.
bool Reassembly::EndsInThePast(const Segment& segment) const noexcept {
  return segment.fin && SequenceBefore(segment.end(), segment.half.edge);
}

Delivery& Reassembly::Accept(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept {
  TcpHalf& half = segment.half;
  const bool probe = segment.payload.size() == 1 && segment.sequence + 1 == half.edge;
  Delivery& delivery = Emit(segment, NoteOf(segment, fresh));
  if (fresh.empty() && repeat.acknowledged > 0) {
    delivery.note =
        probe ? SegmentNote::kKeepAlive : (IsTap() ? SegmentNote::kUnverifiedRepeat : SegmentNote::kOldDataScrubbed);
  } else if (fresh.empty() && repeat.unknown > 0) {
    delivery.note = SegmentNote::kUnverifiedRepeat;
  }
  delivery.repeated_bytes = repeat.equal;
  delivery.unverified_bytes = repeat.acknowledged + repeat.unknown;
  delivery.run = fresh;
  delivery.run_offset = half.edge_offset;
  delivery.gap_before = segment.gap;
  delivery.is_anomaly = segment.gap > 0;

  if (!fresh.empty()) delivery.retained = Retain(half, segment.packet, half.edge);
  half.edge += static_cast<uint32_t>(fresh.size());
  half.edge_offset += fresh.size();
  if (segment.fin && segment.end() == half.edge) half.fin_delivered = true;
  if (half.held != nullptr) segment.detail.held_since = now_;
  NoteTimestamp(half, segment.tcp());
  if (!IsTap() || !segment.was_held) BelieveAck(segment.connection, segment.direction, segment.tcp());
  NoteProgress(segment);
  return delivery;
}

SegmentNote Reassembly::NoteOf(const Segment& segment, ByteView fresh) const noexcept {
  if (fresh.empty() && !segment.payload.empty()) return SegmentNote::kRepeatVerified;
  if (flushing_) return SegmentNote::kFlushed;
  if (segment.gap > 0) return SegmentNote::kGapSkipped;
  if (segment.was_held) return SegmentNote::kReordered;
  return segment.payload.empty() ? SegmentNote::kControl : SegmentNote::kInOrder;
}

Delivery& Reassembly::Emit(const Segment& segment, SegmentNote note) noexcept {
  pending_ = Delivery{};
  pending_.packet = &segment.packet;
  pending_.direction = segment.direction;
  pending_.note = note;
  has_pending_ = true;
  return pending_;
}

Delivery& Reassembly::Reject(const Segment& segment, SegmentNote note) noexcept {
  Delivery& delivery = Emit(segment, note);
  const auto size = static_cast<uint32_t>(segment.payload.size());
  (note == SegmentNote::kUnverifiedRepeat ? delivery.unverified_bytes : delivery.rejected_bytes) = size;
  const bool says_something = !segment.payload.empty() || segment.fin;
  const bool is_judged = note == SegmentNote::kBadReset || note == SegmentNote::kBadSyn;
  delivery.is_anomaly = note != SegmentNote::kFlushed && (says_something || is_judged);
  if (IsTap()) {
    delivery.alternative = segment.payload;
  } else {
    delivery.action = PacketAction::kReject;
  }
  return delivery;
}

// `tcp` comes from a segment that goes on to the receiver; ACKs of any other are not believed.
void Reassembly::BelieveAck(TcpConnection& connection, Direction direction, const TcpFields& tcp) noexcept {
  if ((tcp.flags & TcpFlag::kAck) == 0) return;
  TcpHalf& half = connection.half[Index(Opposite(direction))];
  const TcpHalfDetail& detail = connection.detail[Index(Opposite(direction))];
  if (half.acked_valid && SequenceBefore(tcp.ack, half.acked)) return;
  const bool beyond = half.seen && SequenceBefore(NextSequence(half), tcp.ack);
  if (beyond && !IsCredible(connection, half, detail, tcp.ack)) return;
  half.acked = tcp.ack;
  half.acked_valid = true;
  // RFC 7323, 2.2: the window of a SYN is never scaled.
  const bool scaled = (tcp.flags & TcpFlag::kSyn) == 0;
  half.window = static_cast<uint32_t>(tcp.window) << (scaled ? half.window_shift : 0);
  ReleaseAcknowledged(half);
}

// An acknowledgement of more than was delivered. Tap: the capture lost what the receiver got. Inline: only of what went
// by before we came, or may have by a fail mode.
bool Reassembly::IsCredible(const TcpConnection& connection, const TcpHalf& half, const TcpHalfDetail& detail,
                            uint32_t ack) const noexcept {
  if (IsTap() || connection.midstream || options_.frames_pass_beside) return true;
  return half.passed_valid && !SequenceBefore(detail.passed, ack);
}

void Reassembly::NotePassed(TcpConnection& connection, Direction direction, uint32_t end) noexcept {
  TcpHalf& half = connection.half[Index(direction)];
  uint32_t& passed = connection.detail[Index(direction)].passed;
  passed = half.passed_valid ? LaterSequence(passed, end) : end;
  half.passed_valid = true;
}

void Reassembly::NoteTimestamp(TcpHalf& half, const TcpFields& tcp) const noexcept {
  if (!half.has_timestamp || !tcp.has_timestamp) return;
  half.last_timestamp = LaterSequence(half.last_timestamp, tcp.timestamp_value);
}

void Reassembly::NoteProgress(const Segment& segment) noexcept {
  TcpConnection& connection = segment.connection;
  ConnectionState& state = connection.state;
  if (state == ConnectionState::kReset) return;
  if (state == ConnectionState::kNew) connection.midstream = true;
  if (state <= ConnectionState::kSynSeen && !segment.Has(TcpFlag::kSyn)) state = ConnectionState::kEstablished;
  const bool upload_ended = connection.half[0].fin_delivered;
  const bool download_ended = connection.half[1].fin_delivered;
  if (state <= ConnectionState::kSynSeen) return;
  state = upload_ended && download_ended   ? ConnectionState::kClosed
          : upload_ended || download_ended ? ConnectionState::kClosing
                                           : ConnectionState::kEstablished;
}

}  // namespace sluice::stream
