// UuencodeDecoder: what uuencode makes of a file: "begin 644 name", lines of up to 45 bytes, "end".
//
// More characters than the length of a line asks for, but one or two that some writers add as a checksum, are no line.
// Thread: one worker. Allocates: never. Failure: a line that is longer than its length allows, or no begin, is corrupt.
// Source: POSIX.1-2017, uuencode (the historical algorithm).
#pragma once

#include <array>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class UuencodeDecoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;

  bool may_end() const noexcept override { return at_ == At::kOver; }

 private:
  // The length is one character of six bits.
  static constexpr size_t kBytesOfLine = 63;
  enum class At : uint8_t { kBegin, kLines, kOver };

  DecodeState TakeLine(std::span<uint8_t> out, size_t& used) noexcept;

  At at_ = At::kBegin;
  uint16_t length_ = 0;   // of the line so far, or more than fits
  std::array<char, 96> line_;
};

// "begin", a mode in octal, a name, and a line of a length that fits; empty lines may stand before it.
bool LooksLikeUuencode(ByteView prefix) noexcept;

}  // namespace sluice::decode
