// Http1Session: HTTP/1.0 and 1.1 (RFC 9110, RFC 9112), both directions of one connection, from requests or responses alone too.
//
// Each message gives a head object (the raw bytes of its start line and fields) and, where it has one, a body object without
// its framing. Trailers and chunk extensions become head objects of their own, so that nothing said there is missed.
// What could be read in two ways (RFC 9112, 11.2) is an anomaly, and the rest of that direction goes on as kTcpStream.
//
// Memory: this object (about 300 bytes); while a head is incomplete, one Http1Head (2 KiB) of SessionMemory for a direction.
// Thread: one worker. Allocates: never. Bounds: kMaxHeadBytes (anomaly, goes on), RequestQueue::kCapacity (anomaly, goes on).
#pragma once

#include <array>
#include <cstdint>

#include "base/inline_text.h"
#include "dataplane/protocol/chunk_framing.h"
#include "dataplane/protocol/header_lines.h"
#include "dataplane/protocol/http1_head.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/request_queue.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

// A head, or the line of a chunk with its extension and the trailers of one message, beyond this is reported.
constexpr uint64_t kMaxHeadBytes = 256 * 1024;

class Http1Session final : public Session {
 public:
  explicit Http1Session(SessionMemory& memory) noexcept : memory_(memory) {}
  ~Http1Session() override;
  Http1Session(const Http1Session&) = delete;
  Http1Session& operator=(const Http1Session&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  enum class State : uint8_t {
    kBetween,     // before the first byte of a message
    kHead,
    kLength,      // body of known length
    kChunked,
    kUntilClose,
    kTunnelWait,  // behind a CONNECT, before its answer: raw
    kResync,      // raw until a run begins with a start line
    kRaw,         // raw to the end
  };
  struct Half {
    State state = State::kBetween;
    bool lossy = false;            // bytes of the open object were lost
    bool oversized = false;        // reported for this message
    bool understood = false;       // a head was read in this direction
    bool seen = false;
    bool offers_upgrade = false;   // the last request did
    bool offers_websocket = false;
    bool more_follows = false;     // the body is a part, and not the last
    content::ObjectNumber object = 0;     // open: head, body or raw
    content::ObjectNumber extension = 0;  // open: chunk extensions of the body
    HeaderLines lines;
    ChunkFraming chunks;
    Http1Head* head = nullptr;
    uint64_t head_bytes = 0;       // of the head, or of extensions and trailers
    uint64_t remaining = 0;
  };
  // An uploaded object that stays open between its parts.
  struct Parted {
    uint64_t next = 0;             // where the next part begins
    content::ObjectNumber object = 0;
    uint32_t name_hash = 0;
    bool lossy = false;
  };
  struct Context;  // one direction during one call
  struct Step {
    size_t consumed = 0;
    bool hand_over = false;
    bool websocket = false;
  };

  bool IsRequestSide(content::Direction direction) const noexcept {
    return (direction == content::Direction::kUpload) != roles_swapped_;
  }
  void LearnRoles(content::Direction direction, ByteView input) noexcept;

  Step Advance(Context& c, ByteView input, bool run_starts) noexcept;
  Step ReadBetween(Context& c, ByteView input) noexcept;
  Step ReadHead(Context& c, ByteView input) noexcept;
  Step FinishHead(Context& c, size_t consumed) noexcept;
  void NoteRequest(Context& c) noexcept;
  RequestMethod NoteResponse(Context& c) noexcept;
  void BeginBody(Context& c, BodyKind kind) noexcept;
  Step ReadLength(Context& c, ByteView input) noexcept;
  Step ReadChunked(Context& c, ByteView input) noexcept;
  Step ReadRaw(Context& c, ByteView input) noexcept;
  bool JoinParts(Context& c) noexcept;
  void EndBody(Context& c) noexcept;
  void EndParted(PieceWriter& out) noexcept;
  void CountHeadBytes(Context& c, size_t bytes) noexcept;

  content::ObjectNumber BeginPlain(Context& c, content::Part part) noexcept;
  content::Part HeadPart(const Context& c) const noexcept;
  void EndObjects(Context& c, bool complete) noexcept;
  void RetireHead(Half& half) noexcept;
  void Fail(Context& c, AnomalyKind anomaly, State next) noexcept;

  SessionMemory& memory_;
  std::array<Half, content::kDirections> halves_;
  RequestQueue requests_;
  content::ObjectNumber last_object_ = 0;
  Parted parted_;
  bool roles_swapped_ = false;  // the server is in upload: the flow was picked up midstream
  InlineText<120> requested_name_;  // of the oldest request that awaits its response: names the body of that
};
static_assert(sizeof(Http1Session) <= 512);

}  // namespace sluice::protocol
