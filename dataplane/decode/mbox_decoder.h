// MboxDecoder: the letters of a mailbox, one after the other: each begins behind a line "From sender date".
//
// Such a line counts at the beginning and behind an empty line, and only where it shows a time of day, so that a sentence that begins with
// From splits no letter. Lines that were quoted for this (">From ") stay so.
// Thread: one worker. Allocates: never. Bounds: lines that may divide are looked at up to kLongestLine. Source: RFC 4155, appendix A.
#pragma once

#include <array>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class MboxDecoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return true; }
  Member member() const noexcept override { return {{}, {}, "message/rfc822"}; }

 private:
  static constexpr size_t kLongestLine = 200;
  enum class At : uint8_t {
    kLine,       // of a letter, in the middle
    kLineStart,  // behind a line that was not empty
    kHeld,       // of a line that may divide: all of it is held
    kFlush,      // what was held is content
    kDivided,    // a letter begins
    kOver,
  };

  bool FlushHeld(std::span<uint8_t> scratch, size_t& used) noexcept;

  At at_ = At::kHeld;
  bool was_empty_ = false;  // the line before
  bool line_is_empty_ = true;  // of the line at hand: nothing but a carriage return
  bool has_return_ = false;    // something of it was read
  bool member_open_ = false;
  uint8_t held_size_ = 0, flushed_ = 0;
  std::array<uint8_t, kLongestLine> held_;
};

// A first line that divides letters, and a field behind it.
bool LooksLikeMbox(ByteView prefix) noexcept;

}  // namespace sluice::decode
