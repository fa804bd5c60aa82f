// OpaqueSession: conversations that are encrypted from their first datagram, known by the shape of their handshakes.
//
// WireGuard, OpenVPN (UDP and TCP), IKE with ESP behind it (RFC 7296, RFC 3948). Only first messages
// are taken for them: what merely looks like a later one goes to raw and is inspected. All bytes are opaque.
// Thread: one worker. Allocates: never. Failure: none.
#pragma once

#include <string_view>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeWireGuard(content::Direction direction, ByteView datagram) noexcept;
Certainty ProbeOpenVpn(content::Direction direction, ByteView datagram) noexcept;
Certainty ProbeOpenVpnOverTcp(content::Direction direction, ByteView prefix) noexcept;
Certainty ProbeIke(content::Direction direction, ByteView datagram) noexcept;

class OpaqueSession final : public Session {
 public:
  OpaqueSession(SessionMemory& memory, std::string_view version) noexcept : memory_(memory), version_(version) {}

  FeedResult Feed(content::Direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction, uint64_t, PieceList&) noexcept override {}
  void End(content::Direction, PieceList&) noexcept override {}

 private:
  SessionMemory& memory_;
  std::string_view version_;
  bool named_ = false;
};

}  // namespace sluice::protocol
