// RawSession: bytes of a protocol that nobody knows, one object per direction, all of it data.
//
// Thread: one worker. Allocates: never. Failure: none; lost bytes make the object incomplete.
#pragma once

#include <array>

#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

// RFC 5424, 6 and RFC 3164: "<134>" and what may follow it. The rest is text for whoever reads it.
Certainty ProbeSyslog(content::Direction direction, ByteView prefix) noexcept;

// The rsync daemon's protocol.
Certainty ProbeRsync(content::Direction direction, ByteView prefix) noexcept;

class RawSession final : public Session {
 public:
  // `coding`: what a known protocol makes of files that is not undone here, so that nobody takes its bytes for theirs.
  RawSession(SessionMemory& memory, content::Part part, std::string_view coding = {}) noexcept
      : memory_(memory), part_(part), coding_(coding) {}

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  struct Half {
    content::ObjectNumber object = 0;
    bool lossy = false;
  };

  SessionMemory& memory_;
  content::Part part_;
  std::string_view coding_;
  content::ObjectNumber last_object_ = 0;
  std::array<Half, content::kDirections> halves_;
};

}  // namespace sluice::protocol
