#include "dataplane/stream/hold_queue.h"

#include "dataplane/stream/sequence.h"

namespace sluice::stream {

void HoldPacket(TcpHalf& half, TcpHalfDetail& detail, packet::Packet& packet) noexcept {
  const uint32_t sequence = DataSequence(packet);
  ++detail.held_count;
  if (half.held == nullptr) {
    packet.next = nullptr;
    half.held = detail.held_tail = &packet;
    return;
  }
  if (!SequenceBefore(sequence, DataSequence(*detail.held_tail))) {
    packet.next = nullptr;
    detail.held_tail->next = &packet;
    detail.held_tail = &packet;
    return;
  }
  // The tail is later than this packet, so the walk ends before it.
  packet::Packet** link = &half.held;
  while (!SequenceBefore(sequence, DataSequence(**link))) link = &(*link)->next;
  packet.next = *link;
  *link = &packet;
}

packet::Packet& TakeHeld(TcpHalf& half, TcpHalfDetail& detail) noexcept {
  packet::Packet& packet = *half.held;
  half.held = packet.next;
  if (half.held == nullptr) detail.held_tail = nullptr;
  --detail.held_count;
  packet.next = nullptr;
  return packet;
}

}  // namespace sluice::stream
