// Packet rewrite: the few changes that the inline guard makes to a segment before it goes on.
//
// Checksums are corrected by the difference (RFC 1624), so that a wrong one stays wrong. Thread: the packet's owner.
// Allocates: never. A datagram that was put together from fragments leaves as those fragments: it cannot be changed
// here.
#pragma once

#include <cstddef>

#include "dataplane/packet/packet.h"

namespace sluice::stream {

// False for a datagram put together from fragments and for a segment without the fixed TCP header in its frame.
bool CanRewrite(const packet::Packet& packet) noexcept;

// Overwrites `size` bytes of the payload from `offset` with zeros. REQUIRES: CanRewrite; the range lies within the
// payload.
void ZeroPayload(packet::Packet& packet, size_t offset, size_t size) noexcept;

// Clears URG and the urgent pointer, on the wire and in packet.headers. REQUIRES: CanRewrite.
void ClearUrgent(packet::Packet& packet) noexcept;

// Another sequence number, on the wire and in packet.headers. REQUIRES: CanRewrite.
void SetSequence(packet::Packet& packet, uint32_t sequence) noexcept;

}  // namespace sluice::stream
