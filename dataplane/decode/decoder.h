// Decoder: one coding undone, in streaming: bytes in, bytes out, within memory that was set aside at start.
//
// A decoder never sees more than the run it is given and never keeps a pointer to it. What it hands out stands in `scratch`
// or in the input, until the next call. A container hands out members, one after the other: kMemberBegins, output,
// kMemberEnds. A new decoder is a new file and one line in coding_table.cc (README.md).
// Thread: one worker. Allocates: never (its state is a slot of DecodeRoom). Failure: a word; bytes before it are good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_view.h"
#include "dataplane/decode/decode_outcome.h"

namespace sluice::decode {

enum class DecodeState : uint8_t {
  kNeedsInput,    // all input was taken
  kMoreOutput,    // scratch is full: call again, with what was not taken
  kMemberBegins,  // no output in this step; member() describes what the output from here on is. Call again
  kMemberEnds,    // `output` was the last of the member, which ends with `member_outcome`. Call again
  kWaits,         // of End only: an extractor is at work. Call again later
  kEnd,           // the coded data is over; what was not taken is something else
  kCorrupt,       // does not follow its format
  kUnsupported,   // follows it, but asks for what is not offered (a preset dictionary, a window that is too large)
  kPoolEmpty,     // memory set aside for this coding is in use
  kTruncated,     // of End only: the input ended too early
  kEncrypted,     // content not visible
  kNotOpened,     // recognised, and not opened here
  kBusy,          // the extractor, or memory for its document, is in use
  kDied,          // the extractor ended over it
  kLimit,         // more than the extractor may be asked for
};
// How a view ends when its decoder stops so.
DecodeOutcome OutcomeOf(DecodeState state) noexcept;

constexpr bool GoesOn(DecodeState state) { return state <= DecodeState::kWaits; }

struct DecodeStep {
  size_t consumed = 0;
  ByteView output;
  DecodeState state = DecodeState::kNeedsInput;
  DecodeOutcome member_outcome = DecodeOutcome::kComplete;  // with kMemberEnds
  size_t opaque = 0;       // of `consumed`: bytes of content that could not be looked into
  bool encrypted = false;  // why: encrypted, else not opened
  size_t withheld = 0;     // of `consumed`: whether they can be looked into is said at the end, by `opaque`
};

// All valid until the next call of the decoder that gave it.
struct Member {
  std::string_view name;          // as it stands in the container; may be empty
  std::string_view declared;      // transfer encoding that stands before the content ("base64"), or empty
  std::string_view claimed_type;  // media type as declared, or empty
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // REQUIRES: scratch has room for kSmallestScratch bytes; no call after a state that does not go on.
  static constexpr size_t kSmallestScratch = 64;
  virtual DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept = 0;
  // No more input comes: what was held back, in as many steps as it takes; ends in a state that does not go on.
  virtual DecodeStep End(std::span<uint8_t>) noexcept { return {0, {}, may_end() ? DecodeState::kEnd : DecodeState::kTruncated}; }
  // The input could end here and nothing would be missing (between two members of a gzip file).
  virtual bool may_end() const noexcept { return false; }
  virtual Member member() const noexcept { return {}; }
};

}  // namespace sluice::decode
