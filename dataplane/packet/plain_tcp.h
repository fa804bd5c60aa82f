// ParsePlainTcp: the frame that nearly all are: untagged Ethernet, IPv4 without options, whole, TCP. A short cut through Parse.
//
// Everything else, and everything that is wrong with such a frame, is left to the walk, which names it.
// Private to this folder. Thread: one packet. Allocates: never.
#pragma once

#include "dataplane/packet/parse.h"

namespace sluice::packet {

// True: packet.headers is what the walk would have made of it, with ParseOutcome::kTransport. False: nothing was decided,
// and the headers hold nothing yet. REQUIRES: packet.outer is empty, packet.headers is as new.
// With `defer`, which goes with `verify`, the TCP checksum is left pending.
bool ParsePlainTcp(Packet& packet, bool verify, bool defer) noexcept;

// RFC 9293, 3.2; reads window scale (of a SYN) and timestamps.
void ReadTcpOptions(TcpFields& tcp, ByteView options) noexcept;

}  // namespace sluice::packet
