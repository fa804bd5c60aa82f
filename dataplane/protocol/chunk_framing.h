// ChunkFraming: the chunked transfer coding (RFC 9112, 7.1), byte by byte in any cut.
//
// Next says what the first bytes of the input are; data of a chunk comes as long spans that nothing looks at. Extensions and
// trailers are handed out apart, because something may be said in them. Strict where parsers differ (line ends, sizes).
// Thread: value type. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"
#include "dataplane/protocol/header_lines.h"

namespace sluice::protocol {

class ChunkFraming {
 public:
  enum class Kind : uint8_t {
    kFraming,    // sizes and line ends
    kExtension,  // what stands behind a size
    kData,
    kTrailer,    // header fields behind the last chunk, with the line end that closes them
    kInvalid,    // the next byte cannot stand here; nothing is consumed
  };
  struct Step {
    size_t consumed = 0;
    Kind kind = Kind::kFraming;
  };

  // REQUIRES: !input.empty(), !done().
  Step Next(ByteView input) noexcept;
  bool done() const noexcept { return at_ == At::kDone; }
  bool in_trailer() const noexcept { return at_ == At::kTrailer; }

  // Bytes were lost. True when they all fell into the data of the chunk that is open.
  bool SkipLost(uint64_t bytes) noexcept;

 private:
  enum class At : uint8_t {
    kSizeStart, kSize, kPadding, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailerStart, kFinalLf, kTrailer, kDone
  };
  Step ReadSizeLine(ByteView input) noexcept;
  Step ReadTrailer(ByteView input) noexcept;
  bool AddDigit(uint8_t c) noexcept;

  uint64_t remaining_ = 0;  // of the chunk's size while it is read, of its data afterwards
  uint8_t digits_ = 0;
  At at_ = At::kSizeStart;
  HeaderLines trailer_;
};

}  // namespace sluice::protocol
