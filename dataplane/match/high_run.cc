#include "dataplane/match/high_run.h"

#include <emmintrin.h>

#include <bit>

namespace sluice::match {
namespace {

constexpr size_t kStep = sizeof(__m128i);

constexpr bool IsHigh(uint8_t b) { return b >= 0x81 && b <= 0xfe; }

// Bit i: byte i is not in 0x81..0xFE. As signed bytes those are -127..-2.
uint32_t BreaksIn(const uint8_t* p) noexcept {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i above = _mm_cmpgt_epi8(v, _mm_set1_epi8(-2));
  const __m128i below = _mm_cmpeq_epi8(v, _mm_set1_epi8(-128));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(above, below)));
}

}  // namespace

HighRun FindHighRun(ByteView bytes) noexcept {
  size_t end = bytes.size();
  for (; end >= kStep; end -= kStep) {
    const uint32_t breaks = BreaksIn(bytes.data() + end - kStep);
    if (breaks != 0) return {end - kStep + static_cast<size_t>(std::bit_width(breaks)), false};
  }
  while (end > 0 && IsHigh(bytes[end - 1])) --end;
  return {end, end == 0};
}

}  // namespace sluice::match
