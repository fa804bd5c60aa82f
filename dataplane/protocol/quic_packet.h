// QuicPacket: long headers of QUIC, and Initial packets taken out of their protection.
//
// Everybody can derive the keys of Initial packets from the connection ID that the client chose, so that what stands in them, a
// ClientHello, is as visible as that of TLS over TCP. Nothing behind them can be read.
// Thread: pure functions. Allocates: never (about 8 KiB of stack). Failure: false, or an empty view.
// Sources: RFC 8999 and 9000 (17.2), RFC 9001 (5), RFC 9369 (3).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/byte_view.h"
#include "base/inline_text.h"

namespace sluice::protocol {

enum class QuicPacketType : uint8_t { kInitial, kZeroRtt, kHandshake, kRetry };

struct QuicLongHeader {
  uint32_t version = 0;
  QuicPacketType type = QuicPacketType::kInitial;
  ByteView destination;      // connection IDs, of up to 20 bytes
  ByteView source;
  size_t number_offset = 0;  // of the packet number, which is protected
  size_t end = 0;            // of the packet within its datagram; others may follow
};

// A number of variable length (RFC 9000, 16).
[[nodiscard]] bool ReadQuicNumber(ByteReader& reader, uint64_t& value) noexcept;

// Known versions: 1, 2 and the drafts.
bool IsQuicVersion(uint32_t version) noexcept;
// "QUIC 1", "QUIC 2", "QUIC draft 29".
InlineText<16> QuicVersionName(uint32_t version) noexcept;

// The packet that `datagram` begins with. A Retry has no number; it goes to the end.
bool ReadQuicLongHeader(ByteView datagram, QuicLongHeader& header) noexcept;

constexpr size_t kMaxQuicPacket = 4096;  // larger ones stay closed; clients send 1,200 to 1,500 bytes

// The frames of a client's Initial packet, in `out`; empty where it was not protected with the keys of `connection_id`, by a
// version whose keys are known. REQUIRES: header was read from `datagram`, out.size() >= kMaxQuicPacket.
ByteView OpenQuicInitial(ByteView datagram, const QuicLongHeader& header, ByteView connection_id, std::span<uint8_t> out) noexcept;

}  // namespace sluice::protocol
