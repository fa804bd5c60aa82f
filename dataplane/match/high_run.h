// High runs: unbroken runs of the bytes 0x81..0xFE, of which text in GBK, Big5 and EUC-KR is made between two ASCII bytes.
//
// Behind a byte outside that range a character begins, and within a run of two-byte characters the distance from its
// beginning says whether a position is a character's first or second byte: the way to tell alignment in long Chinese text,
// where no ASCII byte is near. Thread: pure. Allocates: never.
#pragma once

#include <emmintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::match {

inline constexpr uint64_t kUnknownOffset = UINT64_MAX;

inline constexpr size_t kHighRunStep = sizeof(__m128i);

// Bit i: p[i] is not in 0x81..0xFE, which as signed bytes are -127..-2. REQUIRES: kHighRunStep bytes at p.
inline uint32_t HighRunBreaks(const uint8_t* p) noexcept {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i above = _mm_cmpgt_epi8(v, _mm_set1_epi8(-2));
  const __m128i below = _mm_cmpeq_epi8(v, _mm_set1_epi8(-128));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(above, below)));
}

// Where the run begins that reaches up to the end of `bytes` (0..size; size: the last byte is outside), and `whole` where
// all of them are in it, so that it may begin earlier.
struct HighRun {
  size_t begin = 0;
  bool whole = false;
};
HighRun FindHighRun(ByteView bytes) noexcept;

// As FindHighRun; in place, and without a branch but one, for the usual case that one of the last bytes is outside. Sixty-four
// of them, since text in UTF-8 seldom goes further without (0x80 is outside, too).
inline HighRun FindHighRunInline(ByteView bytes) noexcept {
  constexpr size_t kLast = 4 * kHighRunStep;
  if (bytes.size() < kLast) return FindHighRun(bytes);
  const uint8_t* last = bytes.end() - kLast;
  uint64_t breaks = 0;
  for (size_t i = 0; i < 4; ++i) breaks |= uint64_t{HighRunBreaks(last + i * kHighRunStep)} << (i * kHighRunStep);
  if (breaks == 0) [[unlikely]] return FindHighRun(bytes);
  return {bytes.size() - kLast + static_cast<size_t>(std::bit_width(breaks)), false};
}

}  // namespace sluice::match
