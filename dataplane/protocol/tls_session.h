// TlsSession: TLS and SSL 3 records. Names from the hellos; then the bytes are opaque.
//
// Record headers and the handshake in clear are framing. From ChangeCipherSpec (up to TLS 1.2) or the first application data
// (TLS 1.3) on, a direction is opaque to its end. Bytes that are no record: an anomaly, then raw.
// A hello that spans runs is collected in a scratch slot of kMaxHello bytes; beyond that only its beginning is read.
// Thread: one worker. Allocates: never. Sources: RFC 8446 (5.1), RFC 5246 (6.2).
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeTls(content::Direction direction, ByteView prefix) noexcept;

// The first handshake message of a direction, put together, and what was read from it.
struct TlsScratch {
  static constexpr size_t kMaxHello = 4096;
  uint16_t size = 0;
  InlineText<64> alpn;
  InlineText<40> fingerprint;
  std::array<uint8_t, kMaxHello> hello;
};

class TlsSession final : public Session {
 public:
  explicit TlsSession(SessionMemory& memory) noexcept : memory_(memory) {}
  ~TlsSession() override;
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  static constexpr size_t kRecordHeader = 5;
  enum class State : uint8_t { kHeader, kBody, kLost, kRaw };
  struct Half {
    State state = State::kHeader;
    uint8_t header_bytes = 0;
    bool encrypted = false;
    bool hello_done = false;
    bool lossy = false;
    uint8_t header[kRecordHeader] = {};
    uint32_t remaining = 0;       // of the record's body
    content::ObjectNumber object = 0;
    TlsScratch* scratch = nullptr;
  };
  size_t Advance(content::Direction direction, ByteView input, bool run_starts, PieceWriter& out) noexcept;
  size_t ReadHeader(Half& half, ByteView input, PieceWriter& out) noexcept;
  size_t ReadBody(Half& half, ByteView input, PieceWriter& out) noexcept;
  void CollectHello(Half& half, ByteView bytes, PieceWriter& out) noexcept;
  void ReportHello(Half& half, PieceWriter& out) noexcept;
  void Fail(Half& half, AnomalyKind anomaly, State next, PieceWriter& out) noexcept;

  SessionMemory& memory_;
  std::array<Half, content::kDirections> halves_;
  content::ObjectNumber last_object_ = 0;
};

}  // namespace sluice::protocol
