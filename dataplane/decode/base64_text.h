// Base64Bits: base64 undone, in any cut (RFC 4648, clauses 4 and 5: both alphabets).
//
// Thread: value type. Allocates: never. Failure: none; the caller says what other characters mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_view.h"

namespace sluice::decode {

constexpr uint8_t kNotBase64 = 0xFF;
// Of each byte: its six bits, or kNotBase64.
extern const std::array<uint8_t, 256> kBase64Values;
inline bool IsBase64(uint8_t c) noexcept { return kBase64Values[c] != kNotBase64; }

// Whether `count` characters of the alphabet stand one behind the other. Looks at every `count`-th byte, and around those that are of it.
bool HasBase64Run(ByteView text, size_t count) noexcept;

class Base64Bits {
 public:
  struct Progress {
    size_t consumed = 0, written = 0;
  };
  // Up to the first byte that is not of the alphabet, or until fewer than four bytes of room are left.
  Progress Run(ByteView input, std::span<uint8_t> output) noexcept;
  // What is left of an incomplete group: 0 to 2 bytes. REQUIRES: output.size() > 1.
  size_t Flush(std::span<uint8_t> output) noexcept;

 private:
  uint32_t bits_ = 0;
  uint8_t held_ = 0;  // characters in bits_
};

}  // namespace sluice::decode
