// Handshake: how the sequence numbers of a connection begin: SYN, SYN/ACK, repeats of them, and connections met midway.
//
// Thread: pure functions on the connection. Allocates: never. Sources: RFC 9293, 3.5; RFC 7323, 2.2 (window scale).
#pragma once

#include "dataplane/packet/packet.h"
#include "dataplane/stream/tcp_connection.h"

namespace sluice::stream {

enum class SynJudgement : uint8_t {
  kBegins,  // the direction starts here, or starts anew before anything was delivered
  kRepeat,  // the same SYN again
  kBad,     // within an established connection, or with FIN or RST
};
SynJudgement JudgeSyn(const TcpConnection& connection, content::Direction direction,
                      const packet::TcpFields& tcp) noexcept;

// REQUIRES: JudgeSyn said kBegins. A SYN/ACK also says where the other direction begins, and is believed over what that
// direction's own SYN said as long as nothing was delivered: it is the receiver who decides which of several SYNs
// counts.
void BeginWithSyn(TcpConnection& connection, content::Direction direction, const packet::TcpFields& tcp) noexcept;

// A SYN went the other way and nothing has answered it yet: what comes without SYN is dropped (RFC 9293, 3.10.7.3).
bool AwaitsAnswer(const TcpConnection& connection, content::Direction direction) noexcept;

// Of several SYN/ACKs with different numbers, the client's ACK tells which one it took. `ack` comes from a segment that
// is next in order.
void SettleDispute(TcpHalf& half, uint32_t ack) noexcept;

// No SYN was seen: offset 0 is the first byte of this segment.
void BeginMidstream(TcpHalf& half, const packet::TcpFields& tcp) noexcept;

}  // namespace sluice::stream
