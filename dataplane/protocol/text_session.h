// TextSession: what SMTP, FTP, POP3 and IMAP share: lines of commands and replies, and content between them.
//
// Lines are inspected as one control object for each direction. Content is either counted (BDAT, literals) or ends with a line
// of one dot (DATA, RETR); its object begins with its first byte. A protocol is what follows from each line: OnLine.
// Lines that are no text go to raw (kTcpStream). Thread: one worker. Allocates: never. Bounds: kMaxLine (text_line.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dataplane/protocol/dot_reader.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"
#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {

class TextSession : public Session {
 public:
  ~TextSession() override;
  TextSession(const TextSession&) = delete;
  TextSession& operator=(const TextSession&) = delete;

  FeedResult Feed(content::Direction direction, ByteView input, PieceList& out) noexcept final;
  content::ObjectNumber TakeContent(content::Direction direction, size_t bytes) noexcept final;
  void Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept final;
  void End(content::Direction direction, PieceList& out) noexcept final;

 protected:
  enum class Mode : uint8_t { kLines, kDotted, kCounted, kRaw };
  struct Half {
    Mode mode = Mode::kLines;
    bool seen = false;
    bool control_lossy = false;
    bool content_lossy = false;
    bool begun = false;          // bytes of the content at hand came
    bool ambiguous = false;      // was said of the content at hand
    bool is_last = true;         // the object ends with the content at hand
    content::Part part = content::Part::kTcpStream;  // of the content to come; the control part: belongs to the line
    DotReader dots;
    uint64_t remaining = 0;
    content::ObjectNumber control = 0, content = 0;
    LineReader lines;
  };
  // One direction during one call.
  struct Context {
    Half& half;
    Half& other;
    content::Direction direction;
    PieceWriter out;
    bool hand_over = false;
    bool pause = false;  // pieces point into the session: hand them on before the next line
  };
  TextSession(SessionMemory& memory, content::Part control_part) noexcept : memory_(memory), control_part_(control_part) {}

  // A whole line, without its end; its bytes are already handed on. At most kPiecesOfLine pieces.
  virtual void OnLine(Context& c, std::string_view line) noexcept = 0;
  // The content announced before is over; lines follow.
  virtual void OnContentEnd(Context& c) noexcept = 0;
  // What is to be said of an object of `part` that begins now.
  virtual void Describe(content::ObjectDescription& description) noexcept = 0;
  static constexpr size_t kPiecesOfLine = 6;

  // What follows in this direction is content. The object begins with its first byte, or goes on where one is still open.
  void ExpectDotted(Half& half, content::Part part) noexcept;
  void ExpectCounted(Half& half, content::Part part, uint64_t bytes) noexcept;
  // The other side said that it does not take the content announced by `half`. Where bytes of it came all the same, the two
  // sides may disagree about what they are.
  void Refuse(Half& half, PieceWriter& out) noexcept;
  void EndContent(Half& half, bool complete, PieceWriter& out) noexcept;
  void Fail(Context& c, AnomalyKind anomaly) noexcept;
  // Both directions are another protocol's from here on.
  void HandOver(Context& c) noexcept;

  SessionMemory& memory_;

 private:
  size_t Advance(Context& c, ByteView input) noexcept;
  size_t ReadLine(Context& c, ByteView input) noexcept;
  size_t ReadDotted(Context& c, ByteView input) noexcept;
  size_t ReadCounted(Context& c, ByteView input) noexcept;
  content::ObjectNumber ControlOf(Context& c) noexcept;
  content::ObjectNumber ContentOf(Context& c) noexcept;
  void EndObjects(Half& half, PieceWriter& out) noexcept;

  const content::Part control_part_;
  content::ObjectNumber last_object_ = 0;
  std::array<Half, content::kDirections> halves_;
};

}  // namespace sluice::protocol
