// SshSession: the banners of SSH, the key exchange in clear as framing, then opaque bytes; version 1 is opaque from its banner.
//
// After the banner (RFC 4253, 4.2) come binary packets (6); behind SSH_MSG_NEWKEYS (7.3) a direction is encrypted.
// A packet length that no implementation may send: an anomaly, then raw.
// Thread: one worker. Allocates: never. Bounds: kMaxBanner bytes of banner are kept (RFC 4253 allows 255).
#pragma once

#include <array>
#include <cstdint>

#include "base/inline_text.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeSsh(content::Direction direction, ByteView prefix) noexcept;

class SshSession final : public Session {
 public:
  explicit SshSession(SessionMemory& memory) noexcept : memory_(memory) {}

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  static constexpr size_t kMaxBanner = 128;
  static constexpr size_t kPacketHeader = 6;  // length, padding length, message number
  static constexpr size_t kLegacyHeader = 4;  // version 1: length
  enum class State : uint8_t { kBanner, kPacketHeader, kPacketBody, kOpaque, kRaw };
  struct Half {
    State state = State::kBanner;
    bool lossy = false;
    bool legacy = false;  // version 1
    uint8_t header_bytes = 0;
    uint8_t header[kPacketHeader] = {};
    uint32_t banner_bytes = 0;  // all lines up to the end of the banner
    uint32_t remaining = 0;
    content::ObjectNumber object = 0;
    InlineText<kMaxBanner> banner;
  };
  size_t Advance(content::Direction direction, ByteView input, PieceWriter& out) noexcept;
  size_t ReadBanner(Half& half, ByteView input, PieceWriter& out) noexcept;
  static void Emit(const Half& half, ByteView bytes, PieceWriter& out) noexcept;
  size_t ReadPacketHeader(Half& half, ByteView input, PieceWriter& out) noexcept;

  SessionMemory& memory_;
  std::array<Half, content::kDirections> halves_;
  content::ObjectNumber last_object_ = 0;
};

}  // namespace sluice::protocol
