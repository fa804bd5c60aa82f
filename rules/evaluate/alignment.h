// Alignment: whether a hit in a double-byte encoding begins where a character begins.
//
// In GBK, Big5, Shift_JIS, EUC-JP and EUC-KR the second byte of one character and the first of the next can look like a
// third: the bytes of 秘密 occur inside 久孛埭. Only the bytes before the hit can tell. Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "base/byte_view.h"
#include "rules/model/encoding.h"

namespace sluice::evaluate {

enum class Alignment : uint8_t {
  kAligned,
  kAstride,  // the hit begins in the middle of a character: not a hit
  kUnknown,  // not enough bytes before it to tell; callers count it as a hit, with the doubt shown
};

// `before` is what stands before the hit, as far as it is known, nearest last; `from_start` says that it reaches back to
// the beginning of the text. Reads at most kAlignmentWindow bytes. Encodings without the problem are always kAligned.
inline constexpr size_t kAlignmentWindow = 256;
Alignment CheckAlignment(model::Encoding encoding, ByteView before, bool from_start) noexcept;

}  // namespace sluice::evaluate
