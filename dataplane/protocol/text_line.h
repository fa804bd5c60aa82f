// LineReader: lines of a text protocol out of runs that are cut anywhere: commands and replies of SMTP, FTP, IMAP, POP3.
//
// A line that lies in one run is read where it stands; only one that spans runs is collected, in a scratch slot that is held
// no longer than that. Thread: one worker. Allocates: never. Bounds: kMaxLine; of a longer line the beginning is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

// RFC 5321, 4.5.3.1.4 allows 512 and extensions more; paths of FTP are longer.
constexpr size_t kMaxLine = 1024;

struct LineScratch {
  size_t size;
  std::array<char, kMaxLine> text;
};

class LineReader {
 public:
  struct Line {
    size_t consumed = 0;       // with its line end
    bool whole = false;        // `text` is there
    bool oversized = false;    // `text` is its beginning
    std::string_view text;     // without its line end; valid until the next call to a session
  };
  // Takes bytes up to and including the next LF. REQUIRES: !input.empty().
  Line Next(ByteView input, SessionMemory& memory) noexcept;
  // Gives up what was collected of a line, for good.
  void Drop(SessionMemory& memory) noexcept;

 private:
  bool Keep(ByteView bytes, SessionMemory& memory) noexcept;

  LineScratch* scratch_ = nullptr;
  bool oversized_ = false;
};

// ASCII without regard to case; `upper` is in capitals.
bool StartsWithWord(std::string_view line, std::string_view upper) noexcept;  // followed by a space or the end
std::string_view ArgumentOf(std::string_view line) noexcept;                  // behind the first word and its spaces
// No controls but TAB: a line of a text protocol in any charset.
bool IsTextLine(std::string_view line) noexcept;
// The start of a reply of SMTP or FTP (RFC 5321, 4.2): three digits, then a hyphen where more lines follow, a space or nothing.
bool ReadReplyCode(std::string_view line, uint16_t& code, bool& is_last) noexcept;
// Up to the first byte that is no digit; false: none, or beyond 64 bits.
bool ReadDecimal(std::string_view& text, uint64_t& value) noexcept;
// Standard base64 (RFC 4648, 4); what is no base64 ends it. Returns the bytes written.
size_t DecodeBase64(std::string_view text, char* out, size_t room) noexcept;

}  // namespace sluice::protocol
