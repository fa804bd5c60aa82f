// DnsSession: DNS over UDP and TCP (RFC 1035): every message inspected as it stands, and the names that are asked for as text.
//
// A tunnel writes into names what it carries, cut into labels: the labels of each question are joined without their lengths, so
// that what is written over several of them is one text again. What is coded (base32, hexadecimal digits) is put together by nobody here: such a
// name is kEncodedName, said once. On TCP the two length bytes are framing. A message that is no
// DNS is inspected all the same, and is kMalformedProtocol.
// Thread: one worker. Allocates: never. Bounds: names end at 255 bytes (RFC 1035, 3.1); only questions are read.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

Certainty ProbeDns(content::Direction direction, ByteView datagram) noexcept;
Certainty ProbeDnsOverTcp(content::Direction direction, ByteView prefix) noexcept;

// The beginning of a message on TCP until its question is there, and the text of its name.
struct DnsScratch {
  static constexpr size_t kKept = 12 + 255 + 4;
  std::array<uint8_t, kKept> message;
  std::array<char, 256> name;
};

class DnsSession final : public Session {
 public:
  DnsSession(SessionMemory& memory, Carrier carrier) noexcept : memory_(memory), carrier_(carrier) {}
  ~DnsSession() override;
  DnsSession(const DnsSession&) = delete;
  DnsSession& operator=(const DnsSession&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept override;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept override;
  void End(content::Direction direction, PieceList& out) noexcept override;

 private:
  enum class State : uint8_t { kLength, kMessage, kRaw };
  struct Half {
    State state = State::kLength;
    bool lossy = false;
    bool said_encoded = false;
    uint8_t length_bytes = 0;
    uint16_t length = 0, seen = 0;  // of the message at hand
    uint16_t kept = 0;
    content::ObjectNumber messages = 0, names = 0;
    DnsScratch* scratch = nullptr;
  };
  struct Context {
    Half& half;
    content::Direction direction;
    PieceWriter out;
    bool pause = false;
  };

  size_t Advance(Context& c, ByteView input) noexcept;
  void ReadQuestion(Context& c, ByteView message, DnsScratch& scratch) noexcept;
  content::ObjectNumber ObjectOf(Context& c, content::ObjectNumber& number, content::Part part) noexcept;
  bool Prepare(Half& half) noexcept;

  SessionMemory& memory_;
  const Carrier carrier_;
  std::array<Half, content::kDirections> halves_;
  content::ObjectNumber last_object_ = 0;
};

}  // namespace sluice::protocol
