// Script: a capture as bytes that a fuzzer can mutate with sense.
//
// One byte of options, then frames: one byte of how, two bytes of length (big endian), the frame. Thread: pure. Allocates: yes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_view.h"
#include "tests/support/tcp_session.h"

namespace sluice::test {

struct Script {
  uint8_t options = 0;
  std::vector<TimedFrame> frames;  // in the order in which they are played
};

// Bits of a frame's byte. The upper five say how long nothing came before it: 2^n - 1 microseconds.
inline constexpr uint8_t kTwice = 1;       // once more behind the next frame
inline constexpr uint8_t kBehindNext = 2;  // the next frame overtakes it
inline constexpr uint8_t kAtTheEnd = 4;    // it comes when all others have

// Never fails: what is cut off is played as it is.
Script ReadScript(ByteView bytes);
// The frames as they are, for a seed.
Bytes WriteScript(uint8_t options, const std::vector<TimedFrame>& frames);

}  // namespace sluice::test
