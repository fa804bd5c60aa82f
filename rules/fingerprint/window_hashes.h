// WindowHashes: the hash behind each letter of a stretch of text, and which of them are small enough to be chosen.
//
// First all hashes, then the choice among them: whether it is this letter or the next is as good as drawn by lot, so that a branch at each letter
// would be foreseen wrongly at each place. Thread: value type. Allocates: never.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

namespace sluice::fingerprint {

class WindowHashes {
 public:
  static constexpr size_t kMost = 256;

  uint64_t& operator[](size_t letter) noexcept { return hashes_[letter]; }

  // Letters of those of the first `count` hashes whose upper half is less than `limit`, in order. Returns how many. REQUIRES: count <= kMost.
  using Letters = std::array<uint8_t, kMost + 64>;
  size_t FindBelow(uint32_t limit, size_t count, Letters& letters) const noexcept;
  // The same on any processor.
  size_t FindBelowInSteps(uint32_t limit, size_t count, Letters& letters) const noexcept {
    size_t found = 0;
    for (size_t first = 0; first < count; first += kGroup) {
      uint64_t below = 0;
      for (size_t at = 0; at < kGroup; at += kStep) below |= uint64_t{BelowFrom(first + at, limit)} << at;
      if (count - first < kGroup) below &= (uint64_t{1} << (count - first)) - 1;
      found += TakeMarks(below, first, letters.data() + found);
    }
    return found;
  }

 private:
  static constexpr size_t kStep = 16, kGroup = 64;

  // Four at a time whether there are as many or not: how many there are is by lot, too. What is written beyond them is written over.
  static size_t TakeMarks(uint64_t marks, size_t first, uint8_t* letters) noexcept {
    constexpr size_t kAtOnce = 4;
    const auto count = static_cast<size_t>(std::popcount(marks));
    for (size_t taken = 0; taken < count; taken += kAtOnce) {
      for (size_t i = 0; i < kAtOnce; ++i, marks &= marks - 1) letters[taken + i] = static_cast<uint8_t>(first + static_cast<size_t>(std::countr_zero(marks)));
    }
    return count;
  }

  // A bit for each of kStep.
  uint32_t BelowFrom(size_t first, uint32_t limit) const noexcept;

  std::array<uint64_t, kMost> hashes_;
};

#ifdef __SSE4_1__
inline uint32_t WindowHashes::BelowFrom(size_t first, uint32_t limit) const noexcept {
  const __m128i most = _mm_set1_epi32(static_cast<int>(limit - 1));
  const auto four = [&](size_t at) {
    const auto* const hashes = reinterpret_cast<const __m128i*>(hashes_.data() + first + at);
    const __m128 low = _mm_castsi128_ps(_mm_loadu_si128(hashes)), high = _mm_castsi128_ps(_mm_loadu_si128(hashes + 1));
    const __m128i upper = _mm_castps_si128(_mm_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
    return _mm_cmpeq_epi32(_mm_min_epu32(upper, most), upper);
  };
  const __m128i eight = _mm_packs_epi32(four(0), four(4)), others = _mm_packs_epi32(four(8), four(12));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(eight, others)));
}
#else
inline uint32_t WindowHashes::BelowFrom(size_t first, uint32_t limit) const noexcept {
  uint32_t below = 0;
  for (size_t i = 0; i < kStep; ++i) below |= (hashes_[first + i] >> 32 < limit ? 1u : 0u) << i;
  return below;
}
#endif

}  // namespace sluice::fingerprint
