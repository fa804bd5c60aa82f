// Base64RunsDecoder: long base64 values within text, opened as members: a file in a JSON string, in XML, in a form's field, in a letter.
//
// A value is at least kShortest characters of the alphabet without a break, and looks like base64 rather than like a number,
// a path or a name; from there on lines may break, and be indented or quoted ("> "). Thread: one worker. Allocates: never. Failure: none.
#pragma once

#include <array>

#include "dataplane/decode/base64_text.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class Base64RunsDecoder final : public Decoder {
 public:
  static constexpr size_t kShortest = 64;

  enum class Values : uint8_t { kAll, kFirst };  // kFirst: ends behind a value, or where none is
  explicit Base64RunsDecoder(Values values) noexcept : values_(values) {}

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return true; }

 private:
  enum class At : uint8_t { kSeek, kHeld, kInside, kPassOver };

  size_t Seek(ByteView input) noexcept;
  size_t Hold(ByteView input) noexcept;
  DecodeStep Inside(ByteView input, std::span<uint8_t> scratch) noexcept;

  const Values values_;
  At at_ = At::kSeek;
  bool began_ = false;             // a value, or what was taken for one
  uint8_t indent_left_ = 0;        // of what may stand before a line that goes on
  Base64Bits bits_;
  uint8_t held_size_ = 0;    // the beginning of a run, while it may still be too short
  uint8_t held_decoded_ = 0;
  std::array<uint8_t, kShortest> held_;
};

// Of the first kShortest characters of a run. REQUIRES: held.size() == Base64RunsDecoder::kShortest.
bool LooksLikeBase64Value(ByteView held) noexcept;

}  // namespace sluice::decode
