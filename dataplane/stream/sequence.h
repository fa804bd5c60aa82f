// Sequence numbers: arithmetic modulo 2^32 (RFC 9293, 3.4), and where a segment's bytes begin and end.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "dataplane/packet/packet.h"

namespace sluice::stream {

// Largest window there is (RFC 7323, 2.3). Numbers further apart than this are not of the same conversation.
inline constexpr uint32_t kLargestWindow = 1u << 30;

// From `a` forward to `b`; negative where `b` lies behind.
inline int32_t SequenceDistance(uint32_t a, uint32_t b) noexcept {
  return static_cast<int32_t>(b - a);
}
inline bool SequenceBefore(uint32_t a, uint32_t b) noexcept {
  return SequenceDistance(a, b) > 0;
}
inline uint32_t LaterSequence(uint32_t a, uint32_t b) noexcept {
  return SequenceBefore(a, b) ? b : a;
}
inline uint32_t EarlierSequence(uint32_t a, uint32_t b) noexcept {
  return SequenceBefore(a, b) ? a : b;
}

// Of the first payload byte: a SYN takes one number before it.
inline uint32_t DataSequence(const packet::Packet& packet) noexcept {
  const packet::TcpFields& tcp = packet.headers.tcp;
  return tcp.seq + ((tcp.flags & packet::TcpFlag::kSyn) != 0 ? 1u : 0u);
}
// One past the last payload byte. A FIN, where there is one, has this number.
inline uint32_t DataEnd(const packet::Packet& packet) noexcept {
  return DataSequence(packet) + static_cast<uint32_t>(packet.Payload().size());
}

}  // namespace sluice::stream
