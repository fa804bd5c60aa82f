// Session: one conversation's protocol, as a state machine over in-order runs that hands on objects.
//
// Feed consumes bytes of one direction and appends pieces; it stops early only when the piece list is full (call again
// with the rest) or when it hands over (the rest belongs to another protocol). Every input byte appears in exactly one
// piece (data, framing or opaque): that is how every byte keeps a fate. Pieces point into the input, the session and the
// pool's scratch; they are valid until the next call to any session of the same pool. Pieces of two objects of one direction
// may alternate: `number` says whose they are. A new protocol is a new file and one line in protocol_table.cc (README.md).
//
// Thread: one worker. Allocates: never (sessions live in slots of SessionPool). Failure: pieces of kind kAnomaly, after
// which the bytes go on as data of a kTcpStream object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "base/inline_text.h"
#include "dataplane/content/direction.h"
#include "dataplane/content/object.h"

namespace sluice::protocol {

enum class AnomalyKind : uint8_t {
  kAmbiguousFraming,   // request smuggling and everything else two parsers may read differently
  kMalformedProtocol,  // violates its grammar, without two plausible readings
  kOversizedHeader,
  kOversizedLine,      // a command or reply beyond what is kept of one; read as far as it fits
  kStreamLimit,        // more streams of one connection than are told apart; their bytes are inspected as one object
  kPartialObject,      // a part of an object whose earlier parts did not come before it in this connection: inspected alone
  kProtocolGap,        // lost bytes fell on framing: position within the protocol is lost
  kScatteredFile,      // a file came in pieces that do not follow one another; nothing was inspected across their seams
  kEncodedName,        // a name that is asked for is longer and more even than words are: it may carry something that nothing here puts together
  kCount,
};
std::string_view Name(AnomalyKind kind);

// What was learnt about the flow as a whole.
// kVersion: a version or banner of the protocol or its software ("TLS 1.3", "SSH-2.0-OpenSSH_9.2", "nginx/1.22.1").
// kSender begins a new letter: recipients named before it were another's. kFingerprint: JA4 of a TLS client.
enum class NameKind : uint8_t { kHost, kSni, kUser, kUserAgent, kVersion, kAlpn, kSender, kRecipient, kFingerprint, kCount };
std::string_view Name(NameKind kind);

// Another connection that this one speaks of: a data connection of FTP, a transfer of TFTP.
struct Expectation {
  enum class Step : uint8_t {
    kAnnounce,  // somebody will be called at `port`
    kDescribe,  // what the announced connection carries: `name`
  };
  Step step = Step::kAnnounce;
  bool client_listens = false;  // else the server of this conversation
  uint16_t port = 0;
  InlineText<256> name;         // as asked for; empty: not known yet
  InlineText<56> user;
};

struct Piece {
  enum class Kind : uint8_t {
    kObjectBegin,  // `object` describes it
    kData,         // `bytes` of object `number`
    kObjectEnd,    // `complete` says whether its end was seen
    kFraming,      // `bytes` that belong to the protocol's own structure and carry no content (chunk sizes, CRLF)
    kOpaque,       // `bytes` that are encrypted: recognised, not content
    kName,         // `name_kind`, `text`
    kAnomaly,      // `anomaly`
    kExpect,       // `expectation`
    kInserted,     // `bytes` of object `number` that the conversation implies and did not send; they have no fate
  };
  Kind kind = Kind::kData;
  content::ObjectNumber number = 0;
  ByteView bytes;
  const content::ObjectDescription* object = nullptr;
  const Expectation* expectation = nullptr;
  bool complete = false;
  NameKind name_kind = NameKind::kHost;
  AnomalyKind anomaly = AnomalyKind::kMalformedProtocol;
  std::string_view text;
};

class PieceList {
 public:
  static constexpr size_t kCapacity = 64;
  void Clear() noexcept { size_ = 0; }
  size_t room() const noexcept { return kCapacity - size_; }
  // REQUIRES: room() > 0. Sessions check before they consume.
  Piece& Add(Piece::Kind kind) noexcept {
    Piece& piece = pieces_[size_++];
    piece = Piece{};
    piece.kind = kind;
    return piece;
  }
  // The last piece, to be prolonged; nullptr when there is none.
  Piece* last() noexcept { return size_ > 0 ? &pieces_[size_ - 1] : nullptr; }
  const Piece* begin() const noexcept { return pieces_.data(); }
  const Piece* end() const noexcept { return pieces_.data() + size_; }
  size_t size() const noexcept { return size_; }

 private:
  std::array<Piece, kCapacity> pieces_;
  size_t size_ = 0;
};

struct FeedResult {
  size_t consumed = 0;
  bool hand_over = false;  // the rest, and both directions from here on, are another protocol's: probe again (CONNECT, upgrade)
  bool websocket = false;  // with hand_over: it is WebSocket, which its first bytes would not tell
};

class Session {
 public:
  virtual ~Session() = default;
  virtual FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept = 0;
  // The short way for most runs of all: where the next `bytes` of the direction are all content of one open object and
  // neither end it nor begin anything, they are taken as fed and the object's number is the answer. 0: Feed them.
  virtual content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept {
    (void)direction;
    (void)bytes;
    return 0;
  }
  // `bytes` were lost. Objects whose position survives (a body of known length) go on, others end incomplete.
  virtual void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept = 0;
  // The direction ends (FIN, reset, idle): open objects end. Never needs more than PieceList::kCapacity pieces.
  virtual void End(content::Direction direction, PieceList& out) noexcept = 0;
};

}  // namespace sluice::protocol
