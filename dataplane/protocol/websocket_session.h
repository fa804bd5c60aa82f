// WebSocketSession: WebSocket (RFC 6455) behind an upgrade from HTTP/1: masked, fragmented, compressed (RFC 7692).
//
// Each message is an object, its fragments joined. Masked bytes are framing, and what they say is inserted. Compressed messages
// of a direction are one object, since each may refer to those before it: one raw deflate stream, whose message ends are
// put back (RFC 7692, 7.2.2). Control frames are inspected as one more object.
// Thread: one worker. Allocates: never. Failure: reserved bits or codes: kMalformedProtocol, then raw (kTcpStream).
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

// What was unmasked in one call.
struct WebSocketScratch {
  static constexpr size_t kBytes = 4096;
  std::array<uint8_t, kBytes> bytes;
};

class WebSocketSession final : public Session {
 public:
  explicit WebSocketSession(SessionMemory& memory) noexcept : memory_(memory) {}

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  static constexpr size_t kMaxHeader = 14;  // two bytes, length, mask
  enum class State : uint8_t { kHeader, kPayload, kRaw };
  struct Half {
    State state = State::kHeader;
    uint8_t header_bytes = 0;
    uint8_t header[kMaxHeader] = {};
    bool masked = false, is_control = false, ends_message = false;
    bool in_message = false;         // data frames up to the last fragment
    bool message_compressed = false;
    bool plain_lossy = false, compressed_lossy = false;
    uint8_t mask[4] = {};
    uint64_t at = 0;                 // within the payload
    uint64_t remaining = 0;
    content::ObjectNumber plain = 0, compressed = 0, control = 0, raw = 0;  // open
  };
  struct Context {
    Half& half;
    content::Direction direction;
    PieceWriter out;
    WebSocketScratch* scratch = nullptr;
    size_t used = 0;  // of the scratch
    bool pause = false;
  };

  size_t Advance(Context& c, ByteView input) noexcept;
  size_t ReadHeader(Context& c, ByteView input) noexcept;
  bool BeginFrame(Context& c) noexcept;
  size_t ReadPayload(Context& c, ByteView input) noexcept;
  size_t ReadMasked(Context& c, content::ObjectNumber number, ByteView payload) noexcept;
  void FinishFrame(Context& c) noexcept;
  content::ObjectNumber ObjectOf(Context& c) noexcept;
  void Fail(Context& c, AnomalyKind anomaly) noexcept;

  SessionMemory& memory_;
  std::array<Half, content::kDirections> halves_;
  content::ObjectNumber last_object_ = 0;
};

}  // namespace sluice::protocol
