// DotReader: text that ends with a line of one dot, and whose other leading dots are doubled (RFC 5321, 4.5.2; RFC 1939, 3).
//
// Only CRLF ends a line here. A dot that another reader would take for the end (behind a bare LF, or before one) is what mail
// smuggling lives on: it is told, and the text goes on. Thread: value type. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::protocol {

class DotReader {
 public:
  struct Step {
    size_t consumed = 0;     // at least one
    bool framing = false;    // a doubled dot, or the end; else text
    bool ended = false;
    bool ambiguous = false;  // another reader may see the end here
  };
  // REQUIRES: !input.empty(), and the end was not read yet.
  Step Next(ByteView input) noexcept;
  // Lost bytes: the place within the line is not known any more.
  void Skip() noexcept { at_ = At::kText; }

 private:
  enum class At : uint8_t { kLineStart, kText, kCr, kDot, kDotCr, kBareLf, kBareDot, kBareDotCr };

  size_t ReadText(ByteView input) noexcept;

  At at_ = At::kLineStart;
};

}  // namespace sluice::protocol
