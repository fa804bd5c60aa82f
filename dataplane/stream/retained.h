// Retained: the inspected packets of one direction that are not acknowledged yet, so that a repeat can be compared.
//
// What they hold is contiguous but where a packet could not be retained or a gap was skipped: each counts for the bytes
// behind the one before it. Linked through their own `next`, oldest first. Thread: one worker. Allocates: never.
#pragma once

#include "base/byte_view.h"
#include "dataplane/packet/packet.h"
#include "dataplane/stream/sequence.h"
#include "dataplane/stream/tcp_connection.h"

namespace sluice::stream {

// `first_new`: sequence number of the packet's first byte that was not inspected before.
inline void AppendRetained(TcpHalf& half, packet::Packet& packet, uint32_t first_new) noexcept {
  packet.next = nullptr;
  if (half.retained == nullptr) {
    half.retained = &packet;
    half.retained_start = first_new;
  } else {
    half.retained_tail->next = &packet;
  }
  half.retained_tail = &packet;
  ++half.retained_count;
}

// REQUIRES: half.retained != nullptr.
inline packet::Packet& TakeOldestRetained(TcpHalf& half) noexcept {
  packet::Packet& packet = *half.retained;
  half.retained = packet.next;
  half.retained_start = DataEnd(packet);
  half.compare_mark = false;
  --half.retained_count;
  return packet;
}

// True when the oldest retained packet is acknowledged as a whole.
inline bool OldestIsAcknowledged(const TcpHalf& half) noexcept {
  return half.retained != nullptr && !SequenceBefore(half.acked, DataEnd(*half.retained));
}

// What is known of the bytes of a repeat.
struct Comparison {
  uint32_t equal = 0;
  uint32_t acknowledged = 0;  // below `acked`: the receiver has them and discards the repeat; not compared
  uint32_t unknown = 0;       // not acknowledged, and not retained either
  bool conflict = false;      // some byte differs from what was inspected
};

// Compares `bytes`, which begin at `sequence`. REQUIRES: they end at or before half.edge.
Comparison CompareRepeat(TcpHalf& half, TcpHalfDetail& detail, uint32_t sequence, ByteView bytes) noexcept;

}  // namespace sluice::stream
