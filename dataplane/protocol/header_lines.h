// HeaderLines: finds the end of a header block, byte by byte in any cut, and refuses line ends that parsers read differently.
//
// RFC 9112, 2.2 and 5.2: lines end in CRLF; a bare CR, a bare LF, and a line that begins with white space (obs-fold) are read
// differently by different implementations, which is what request smuggling lives on. Thread: value type. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::protocol {

class HeaderLines {
 public:
  enum class Verdict : uint8_t { kMore, kEnd, kBareLf, kBareCr, kFolded };
  struct Outcome {
    size_t accepted = 0;  // bytes of the block, up to its end or to the byte that was refused
    Verdict verdict = Verdict::kMore;
  };

  // After any verdict but kMore the block is over.
  Outcome Scan(ByteView input) noexcept;
  bool in_first_line() const noexcept { return first_line_; }

 private:
  enum class At : uint8_t { kLineStart, kInLine, kAfterCr, kAfterEmptyLineCr };

  At at_ = At::kLineStart;
  bool first_line_ = true;
};

}  // namespace sluice::protocol
