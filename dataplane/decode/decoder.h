// Decoder: one coding undone, in streaming: bytes in, bytes out, within memory that was set aside at start.
//
// A decoder never sees more than the run it is given and never keeps a pointer to it. What it hands out stands in `scratch`
// or in the input, until the next call. A new decoder is a new file and one line in decoder_table.cc (README.md).
// Thread: one worker. Allocates: never (its state is a slot of DecodeRoom). Failure: a word; bytes before it are good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_view.h"

namespace sluice::decode {

enum class DecodeState : uint8_t {
  kNeedsInput,   // all input was taken
  kMoreOutput,   // scratch is full: call again, with what was not taken
  kEnd,          // the coded data is over; what was not taken is something else
  kCorrupt,      // does not follow its format
  kUnsupported,  // follows it, but asks for what is not offered (a preset dictionary, a window that is too large)
  kPoolEmpty,    // memory set aside for this coding is in use
};

struct DecodeStep {
  size_t consumed = 0;
  ByteView output;
  DecodeState state = DecodeState::kNeedsInput;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // REQUIRES: scratch is not empty; no call after any state but kNeedsInput and kMoreOutput.
  virtual DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept = 0;
  // The input could end here and nothing would be missing (between two members of a gzip file).
  virtual bool may_end() const noexcept { return false; }
};

}  // namespace sluice::decode
