// QuicSession: QUIC over UDP. Names from the client's hello, which stands in Initial packets; all bytes are opaque.
//
// A hello comes in CRYPTO frames, in any order and over several datagrams (those with post-quantum keys do not fit into one).
// They are put together in a scratch slot. Keys follow from the connection ID of the client's first packet; a
// Retry lets it begin again with another one (RFC 9001, 5.2). What cannot be opened is opaque like the rest: it is no anomaly.
// Thread: one worker. Allocates: never. Failure: a flow without names.
// Bounds: kMaxTries packets of a connection are tried, of about 7 µs each.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/quic_hello.h"
#include "dataplane/protocol/quic_packet.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeQuic(content::Direction direction, ByteView datagram) noexcept;

struct QuicScratch {
  QuicHello hello;
  InlineText<64> alpn;
  InlineText<40> fingerprint;
};

class QuicSession final : public Session {
 public:
  explicit QuicSession(SessionMemory& memory) noexcept : memory_(memory) {}
  ~QuicSession() override;
  QuicSession(const QuicSession&) = delete;
  QuicSession& operator=(const QuicSession&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction, uint64_t, PieceList&) noexcept override {}
  void End(content::Direction, PieceList& out) noexcept override;

 private:
  static constexpr uint8_t kMaxTries = 24;

  void ReadDatagram(ByteView datagram, PieceWriter& out) noexcept;
  ByteView Open(ByteView packet, const QuicLongHeader& header, std::span<uint8_t> room) noexcept;
  bool TakeFrames(ByteView frames) noexcept;  // whether the hello is whole by now
  void Report(PieceWriter& out) noexcept;

  SessionMemory& memory_;
  QuicScratch* scratch_ = nullptr;
  InlineText<16> version_;
  std::array<uint8_t, 20> key_id_;  // the connection ID that the keys follow from
  uint8_t key_id_size_ = 0;
  uint8_t tries_ = 0;
  bool done_ = false;
};

}  // namespace sluice::protocol
