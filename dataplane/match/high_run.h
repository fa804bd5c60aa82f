// High runs: unbroken runs of the bytes 0x81..0xFE, of which text in GBK, Big5 and EUC-KR is made between two ASCII bytes.
//
// Behind a byte outside that range a character begins, and within a run of two-byte characters the distance from its
// beginning says whether a position is a character's first or second byte: the way to tell alignment in long Chinese text,
// where no ASCII byte is near. Thread: pure. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::match {

inline constexpr uint64_t kUnknownOffset = UINT64_MAX;

// Where the run begins that reaches up to the end of `bytes` (0..size; size: the last byte is outside), and `whole` where
// all of them are in it, so that it may begin earlier.
struct HighRun {
  size_t begin = 0;
  bool whole = false;
};
HighRun FindHighRun(ByteView bytes) noexcept;

}  // namespace sluice::match
