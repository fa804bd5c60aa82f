// Hold queue: the segments of one direction that are ahead of the edge, in order of sequence number, then of arrival.
//
// The packets are linked through their own `next`. Usual reordering is one hole followed by many segments in order:
// those are appended at the tail; any other place is found from the head, at most held_count steps, which the caller
// bounds (TcpOptions::max_held_per_direction). Thread: one worker. Allocates: never.
#pragma once

#include "dataplane/packet/packet.h"
#include "dataplane/stream/tcp_connection.h"

namespace sluice::stream {

void HoldPacket(TcpHalf& half, TcpHalfDetail& detail, packet::Packet& packet) noexcept;

// The lowest one. REQUIRES: half.held != nullptr.
packet::Packet& TakeHeld(TcpHalf& half, TcpHalfDetail& detail) noexcept;

}  // namespace sluice::stream
