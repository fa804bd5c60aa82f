// Http2Session: HTTP/2 in clear (RFC 9113), by prior knowledge or behind an upgrade, both directions or one alone.
//
// Each header block gives a head object with its decoded fields, each stream a body object in each direction from its DATA.
// What frames may carry besides (debug data, unknown types, padding) is inspected as a head object too. A frame that breaks the
// connection's rules, or header blocks that cannot be followed, send the direction to raw (kTcpStream).
//
// Memory: this object (14 KiB, of which streams), and for each direction one Http2Scratch (105 KiB) once it has a header block.
// Thread: one worker. Allocates: never. Bounds: Http2Streams::kCapacity, kMaxBodies (kStreamLimit), HpackArena::kBytes (kOversizedHeader).
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/http2_head.h"
#include "dataplane/protocol/http2_streams.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeHttp2(content::Direction direction, ByteView prefix) noexcept;

class Http2Session final : public Session {
 public:
  explicit Http2Session(SessionMemory& memory) noexcept : memory_(memory) {}
  ~Http2Session() override;
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  static constexpr size_t kFrameHeader = 9;
  static constexpr size_t kMaxPrefix = 5;
  static constexpr size_t kMaxBodies = PieceList::kCapacity - 4;  // open in one direction: all must end in one call
  enum class State : uint8_t { kPreface, kFrameHeader, kPadLength, kPrefix, kPayload, kPadding, kRaw };
  struct Half {
    State state = State::kFrameHeader;
    bool begun = false;
    bool lossy = false;          // of the raw object, or of `other`
    bool in_block = false;       // a header block awaits its CONTINUATION
    bool block_ends_stream = false;
    uint8_t type = 0, flags = 0;
    uint8_t padding = 0;
    uint8_t prefix_wanted = 0;
    uint8_t got = 0;             // of header, prefix or preface
    uint8_t header[kFrameHeader] = {};
    uint8_t prefix[kMaxPrefix] = {};
    uint32_t stream = 0;         // of the frame; of a PUSH_PROMISE the promised one, once read
    uint32_t remaining = 0;      // of the payload, without padding
    content::ObjectNumber head = 0, other = 0, raw = 0;  // open
    Http2Scratch* scratch = nullptr;
  };
  struct Context {
    Half& half;
    content::Direction direction;
    PieceWriter out;
    bool pause = false;          // pieces point into the scratch: hand them on before the next block is read
  };

  size_t Advance(Context& c, ByteView input) noexcept;
  size_t ReadPreface(Context& c, ByteView input) noexcept;
  size_t ReadFrameHeader(Context& c, ByteView input) noexcept;
  bool BeginFrame(Context& c) noexcept;
  bool BeginBlock(Context& c) noexcept;
  size_t ReadPrefix(Context& c, ByteView input) noexcept;
  size_t ReadPayload(Context& c, ByteView input) noexcept;
  size_t ReadBlock(Context& c, ByteView input) noexcept;
  void TakeField(Context& c, std::string_view name, std::string_view value) noexcept;
  void FlushText(Context& c) noexcept;
  void FinishBlock(Context& c) noexcept;
  void BeginBody(Context& c, Http2Stream& stream) noexcept;
  size_t ReadData(Context& c, ByteView input) noexcept;
  size_t ReadOther(Context& c, ByteView input) noexcept;
  void NextPart(Context& c) noexcept;
  void FinishFrame(Context& c) noexcept;
  void EndStream(Context& c, Http2Stream& stream) noexcept;
  Http2Stream* StreamOf(Context& c, uint32_t id) noexcept;
  bool HasRoomForBody(Context& c) noexcept;
  void NoteLimit(Context& c) noexcept;
  content::Part HeadPart(const Context& c) const noexcept;
  void Fail(Context& c, AnomalyKind anomaly) noexcept;

  SessionMemory& memory_;
  std::array<Half, content::kDirections> halves_;
  content::ObjectNumber last_object_ = 0;
  bool limit_noted_ = false;
  Http2Streams streams_;
};

}  // namespace sluice::protocol
