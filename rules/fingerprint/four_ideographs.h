// FourIdeographs: four characters of three bytes each (RFC 3629, 3) at once, if they are ideographs of the block that nearly all of Chinese is written with.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "rules/fingerprint/secrets.h"

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

namespace sluice::fingerprint {

inline constexpr size_t kFourIdeographsRead = 16;  // bytes, of which twelve are the characters'

// Their places from Secrets::kFirstIdeograph on. False: not all four are such, or this processor has them looked at one by one.
// REQUIRES: kFourIdeographsRead bytes at `at`.
#ifdef __SSE4_1__
inline bool FourIdeographs(const uint8_t* at, std::array<uint32_t, 4>& places) noexcept {
  // A character to a lane, its last byte lowest.
  const __m128i order = _mm_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
  const __m128i bytes = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), order);
  const __m128i marks = _mm_cmpeq_epi32(_mm_and_si128(bytes, _mm_set1_epi32(0xF0C0C0)), _mm_set1_epi32(0xE08080));
  // Six bits and six, then four before them.
  const __m128i bits = _mm_and_si128(bytes, _mm_set1_epi32(0x0F3F3F));
  const __m128i low_and_high = _mm_maddubs_epi16(bits, _mm_set1_epi32(0x00014001));
  const __m128i characters = _mm_madd_epi16(low_and_high, _mm_set1_epi32(0x10000001));
  const __m128i place = _mm_sub_epi32(characters, _mm_set1_epi32(static_cast<int>(Secrets::kFirstIdeograph)));
  const __m128i within = _mm_cmpeq_epi32(_mm_min_epu32(place, _mm_set1_epi32(static_cast<int>(Secrets::kLastIdeograph - Secrets::kFirstIdeograph))), place);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(places.data()), place);
  return _mm_movemask_epi8(_mm_and_si128(marks, within)) == 0xFFFF;
}
#else
inline bool FourIdeographs(const uint8_t*, std::array<uint32_t, 4>&) noexcept { return false; }
#endif

}  // namespace sluice::fingerprint
