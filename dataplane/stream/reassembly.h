// Reassembly: what TcpReassembler does, step by step: takes a segment, judges it, delivers, holds or rejects it.
//
// Internal to the folder. tcp_reassembler.cc is the door and the common case, reassembly.cc the way of every other
// segment, verdict_on_segment.cc how one that begins at or behind the edge is taken in each mode. At most one Delivery
// is made at a time: Next asks for the following one only when it was handed out.
// Thread: one worker. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/stream/retained.h"
#include "dataplane/stream/sequence.h"
#include "dataplane/stream/tcp_reassembler.h"

namespace sluice::stream {

class Reassembly {
 public:
  explicit Reassembly(const TcpOptions& options) noexcept;

  void Push(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept;
  bool Next(TcpConnection& connection, Delivery& delivery) noexcept;
  bool TakeInOrder(TcpConnection& connection, content::Direction direction, packet::Packet& packet, bool& retained) noexcept;
  bool ExpireGaps(TcpConnection& connection, Timestamp now) noexcept;
  void Flush(TcpConnection& connection) noexcept;
  void Follow(const FailOpen& open) noexcept;
  packet::Packet* TakeReleased() noexcept;

  uint32_t held_packets() const noexcept { return held_total_ + retained_total_; }
  const CounterSet<SegmentNote>& counters() const noexcept { return counters_; }
  const Counter& retained_given_up() const noexcept { return retained_given_up_; }

 private:
  // A segment on its way, and the state it belongs to.
  struct Segment {
    TcpConnection& connection;
    TcpHalf& half;
    TcpHalfDetail& detail;
    packet::Packet& packet;
    content::Direction direction;
    uint32_t sequence;  // of payload[0]
    ByteView payload;
    bool fin;
    bool was_held = false;
    bool urgent_cleared = false;  // inline: came with URG
    uint64_t gap = 0;             // skipped before it

    uint32_t end() const noexcept { return sequence + static_cast<uint32_t>(payload.size()); }
    const packet::TcpFields& tcp() const noexcept { return packet.headers.tcp; }
    bool Has(uint8_t flag) const noexcept { return (tcp().flags & flag) != 0; }
  };

  bool IsTap() const noexcept { return options_.mode == Mode::kTap; }
  static Segment MakeSegment(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept;

  // The common case (tcp_reassembler.cc).
  bool TakePlain(TcpConnection& connection, content::Direction direction, packet::Packet& packet, bool& retained) noexcept;

  // The way of a segment (reassembly.cc).
  void PushSlowly(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept;
  void Judge(Segment& segment) noexcept;
  bool ClearUrgency(Segment& segment) noexcept;
  void TakeReset(const Segment& segment) noexcept;
  void TakeSyn(const Segment& segment) noexcept;
  void TakeEmpty(const Segment& segment) noexcept;
  void TakeData(const Segment& segment) noexcept;
  void Hold(const Segment& segment) noexcept;
  void NotePassed(TcpConnection& connection, content::Direction direction, uint32_t end) noexcept;
  bool MayFollowAHole(const TcpHalf& half, uint32_t sequence) const noexcept;
  bool ComesAgain(const Segment& segment) const noexcept;
  bool AskReceiver(const Segment& segment) noexcept;
  bool NextWaiting(TcpConnection& connection) noexcept;
  bool NextHeld(TcpConnection& connection, content::Direction direction) noexcept;
  bool MaySkipTo(const TcpHalf& half, content::Direction direction, uint32_t sequence) const noexcept;

  // A segment that begins at or behind the edge (verdict_on_segment.cc).
  void TakeAtEdge(const Segment& segment) noexcept;
  void TakeInline(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept;
  void TakeTap(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept;
  Delivery& Accept(const Segment& segment, const Comparison& repeat, ByteView fresh) noexcept;
  Delivery& Reject(const Segment& segment, SegmentNote note) noexcept;
  Delivery& Emit(const Segment& segment, SegmentNote note) noexcept;
  bool EndsInThePast(const Segment& segment) const noexcept;
  SegmentNote NoteOf(const Segment& segment, ByteView fresh) const noexcept;

  void BelieveAck(TcpConnection& connection, content::Direction direction, const packet::TcpFields& tcp) noexcept;
  bool IsCredible(const TcpConnection& connection, const TcpHalf& half, const TcpHalfDetail& detail,
                  uint32_t ack) const noexcept;
  void NoteTimestamp(TcpHalf& half, const packet::TcpFields& tcp) const noexcept;
  void NoteProgress(const Segment& segment) noexcept;

  bool Retain(TcpHalf& half, packet::Packet& packet, uint32_t first_new) noexcept;
  void ReleaseOldest(TcpHalf& half) noexcept;
  void ReleaseAcknowledged(TcpHalf& half) noexcept;
  void ReleaseAll(TcpConnection& connection) noexcept;

  TcpOptions options_;
  uint32_t max_retained_packets_ = 0;

  Delivery pending_;
  bool has_pending_ = false;
  bool flushing_ = false;
  Timestamp now_;
  // By direction: held packets may have become deliverable; the first hole is to be skipped in any case.
  std::array<bool, content::kDirections> drain_{};
  std::array<bool, content::kDirections> skip_hole_{};

  packet::Packet* released_ = nullptr;
  packet::Packet* released_tail_ = nullptr;
  uint32_t held_total_ = 0;
  uint32_t retained_total_ = 0;
  CounterSet<SegmentNote> counters_;
  Counter retained_given_up_;
};

}  // namespace sluice::stream
