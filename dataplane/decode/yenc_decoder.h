// YencDecoder: what yEnc makes of a file in news and mail: "=ybegin line=128 size=… name=…", bytes shifted by 42, "=yend".
//
// A part of a file ("=ypart begin=… end=…") is decoded as far as it goes; that it is one is what its end says: truncated.
// Thread: one worker. Allocates: never. Failure: no "=ybegin", or a line of it that does not end, is corrupt. Source: yEnc draft 1.3 (Helbing, 2002).
#pragma once

#include <array>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class YencDecoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return at_ == At::kOver; }

 private:
  static constexpr size_t kLongestWord = 8;  // "=ybegin "
  enum class At : uint8_t { kBegin, kWord, kBeginTail, kPartTail, kEndTail, kData, kEscape, kOver };

  DecodeState TakeWord(uint8_t c) noexcept;

  At at_ = At::kBegin;
  bool is_part_ = false;
  bool has_begun_ = false;
  uint8_t word_size_ = 0;
  uint16_t tail_ = 0;  // of the line behind a word
  std::array<uint8_t, kLongestWord> word_;
};

// "=ybegin " with what it must say, behind an empty line or none; wants 16 bytes.
bool LooksLikeYenc(ByteView prefix) noexcept;

}  // namespace sluice::decode
