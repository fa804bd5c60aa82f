// MessageSession: what SMB and ONC RPC share: messages behind a length, and in them commands of which some carry pieces of files.
//
// A message is a sequence of parts: a head, which the protocol reads (OnHead), and what the head says follows: bytes of a file
// and bytes of the command. Heads and commands are inspected as one control object for each direction. A prefix that cannot
// be one sends the direction to raw (kTcpStream); lost bytes do so until a run begins with a message again.
// Thread: one worker. Allocates: never. Bounds: kMaxHead; what the head needs beyond it is not read, and inspected all the same.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/file_book.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

class MessageSession : public Session {
 public:
  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept final;
  content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept final;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept final;
  void End(content::Direction direction, PieceList& out) noexcept final;

 protected:
  static constexpr size_t kPrefix = 4;
  static constexpr size_t kMaxHead = 1024;
  static constexpr uint64_t kToTheEnd = UINT64_MAX;  // of the message
  // What OnHead and OnMessageEnd may append.
  static constexpr size_t kPiecesOfHead = 2 * FileBook::kPiecesPerCall + 4;

  struct Prefix {
    bool valid = false;
    uint32_t bytes = 0;      // that follow
    bool ends_message = true;
  };
  // What follows the first bytes of a head. Either more of it is wanted, or the bytes behind it are told.
  struct Part {
    size_t wanted = 0;       // of the head, from its beginning; more than there were
    bool malformed = false;  // this cannot be a message: the direction goes to raw
    bool encrypted = false;  // the rest of the message is
    uint64_t control = 0;    // behind the head
    uint64_t file = 0;       // behind those, of object `number`
    content::ObjectNumber number = 0;
    uint64_t rest = 0;       // control behind those, before the next head
  };
  struct Context {
    content::Direction direction;
    PieceWriter out;
    bool first_part;     // of its message
    bool pause = false;  // pieces point into the session: hand them on before the next head is read
  };

  MessageSession(SessionMemory& memory, Carrier carrier, content::Part control_part, content::Part file_part) noexcept
      : memory_(memory), carrier_(carrier), control_part_(control_part), files_(memory, file_part, last_object_) {}

  virtual Prefix ReadPrefix(const uint8_t* prefix) const noexcept = 0;
  // `head` grows until OnHead is content. `is_all`: the message ends with it, or it is as long as it may be; then an answer that
  // wants more means that the rest cannot be read. Never asks for bytes of a file.
  virtual Part OnHead(Context& c, ByteView head, bool is_all) noexcept = 0;
  // Whether `run`, behind lost bytes, begins with a message.
  virtual bool IsMessage(ByteView run) const noexcept = 0;
  virtual void OnMessageEnd(Context&) noexcept {}

  bool HasSeen(content::Direction direction) const noexcept { return halves_[Index(direction)].seen; }
  FileBook& files() noexcept { return files_; }

 private:
  enum class State : uint8_t { kHead, kControl, kFile, kRest, kOpaque, kRaw, kLost };
  struct Half {
    State state = State::kHead;
    bool seen = false, lossy = false, ends_message = true, in_message = false;
    uint8_t prefix_bytes = 0;
    uint8_t prefix[kPrefix] = {};
    uint32_t fragment = 0;        // bytes until the next prefix
    Part part;                    // what remains of it
    bool open_ended = false;      // its bytes of a file go on to the end of the message
    content::ObjectNumber control = 0, raw = 0;
    size_t head_bytes = 0;
    bool first_part = true;
    std::array<uint8_t, kMaxHead> head;
  };

  size_t Advance(Context& c, ByteView input) noexcept;
  size_t TakePrefix(Context& c, Half& half, ByteView input) noexcept;
  size_t TakeHead(Context& c, Half& half, ByteView input) noexcept;
  size_t TakeBytes(Context& c, Half& half, ByteView input) noexcept;
  size_t TakeRaw(Context& c, Half& half, ByteView input) noexcept;
  void Follow(Context& c, Half& half, const Part& part) noexcept;
  void NextState(Half& half) noexcept;
  void FinishMessage(Context& c, Half& half) noexcept;
  void OpenControl(Context& c, Half& half) noexcept;
  void Control(Context& c, Half& half, ByteView bytes) noexcept;
  void Fail(Context& c, Half& half, AnomalyKind anomaly, State next) noexcept;

  SessionMemory& memory_;
  const Carrier carrier_;
  const content::Part control_part_;
  content::ObjectNumber last_object_ = 0;
  std::array<Half, content::kDirections> halves_;
  FileBook files_;
};

}  // namespace sluice::protocol
