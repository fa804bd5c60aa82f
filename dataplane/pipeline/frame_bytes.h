// How many bytes came by a packet, its fragments included: what the accounts of coverage start from.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "dataplane/packet/parse.h"

namespace sluice::pipeline {

// Bytes of the frame, or of all frames that a datagram was put together from.
inline uint64_t FrameBytes(const packet::Packet& packet) noexcept {
  if (!packet.is_datagram) return packet.length;
  uint64_t bytes = 0;
  for (const packet::Packet* f = packet.fragments; f != nullptr; f = f->next) bytes += f->length;
  return bytes;
}

// Of these, bytes behind the IP packet.
inline uint64_t TrailerBytes(const packet::Packet& packet) noexcept {
  if (!packet.is_datagram) return packet::PaddingBytes(packet);
  uint64_t bytes = 0;
  for (const packet::Packet* f = packet.fragments; f != nullptr; f = f->next) bytes += packet::PaddingBytes(*f);
  return bytes;
}

}  // namespace sluice::pipeline
