// TftpSession: TFTP (RFC 1350, 2347, 2348): who asks for which file, and its blocks put together.
//
// The request announces a transfer to the port it came from, for the server answers from another one; the pipeline joins the
// two. A block that repeats is framing; one that is missing or out of its order makes the file incomplete (kScatteredFile). The
// file ends with a short block.
// Thread: one worker. Allocates: never. Failure: a datagram that is no TFTP is inspected as control: kMalformedProtocol.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

// Requests only: blocks are known by their announcement.
Certainty ProbeTftp(content::Direction direction, ByteView datagram) noexcept;

class TftpSession final : public Session {
 public:
  explicit TftpSession(SessionMemory& memory) noexcept : memory_(memory) {}

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction, uint64_t, PieceList&) noexcept override {}  // datagrams have none
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  struct Half {
    content::ObjectNumber control = 0, file = 0;
    uint16_t last_block = 0;
    bool any_block = false, lossy = false;
  };
  struct Context {
    Half& half;
    content::Direction direction;
    PieceWriter out;
  };
  void TakeRequest(Context& c, ByteView datagram) noexcept;
  void TakeBlock(Context& c, ByteView datagram) noexcept;
  void TakeControl(Context& c, ByteView datagram) noexcept;

  SessionMemory& memory_;
  uint16_t block_bytes_ = 512;  // RFC 1350, 2; RFC 2348 lets the two agree on another
  content::ObjectNumber last_object_ = 0;
  std::array<Half, content::kDirections> halves_;
  Expectation expectation_;
};

}  // namespace sluice::protocol
