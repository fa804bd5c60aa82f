#include "rules/fingerprint/window_hashes.h"

#include "rules/fingerprint/byte_compress.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::fingerprint {

#ifdef __x86_64__
namespace {

// As FindBelow, a group at a time: the upper halves of 64 hashes, a bit for each that is small enough, and the numbers of these bits.
SLUICE_COMPRESSES_BYTES size_t FindBelowAvx512(const uint64_t* hashes, uint32_t limit, size_t count, uint8_t* letters) noexcept {
  constexpr size_t kGroup = kWideBytes, kStep = 16;
  alignas(64) static constexpr uint32_t kUpper[kStep] = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31};
  const __m512i upper = _mm512_load_si512(kUpper), most = _mm512_set1_epi32(static_cast<int>(limit)), numbers = _mm512_load_si512(kByteNumbers.data());
  size_t found = 0;
  for (size_t first = 0; first < count; first += kGroup) {
    uint64_t below = 0;
    for (size_t at = 0; at < kGroup; at += kStep) {
      const uint64_t* const sixteen = hashes + first + at;
      const __m512i halves = _mm512_permutex2var_epi32(_mm512_loadu_si512(sixteen), upper, _mm512_loadu_si512(sixteen + kStep / 2));
      below |= uint64_t{_mm512_cmplt_epu32_mask(halves, most)} << at;
    }
    if (count - first < kGroup) below &= (uint64_t{1} << (count - first)) - 1;
    _mm512_storeu_si512(letters + found, _mm512_maskz_compress_epi8(below, _mm512_add_epi8(numbers, _mm512_set1_epi8(static_cast<char>(first)))));
    found += static_cast<size_t>(std::popcount(below));
  }
  return found;
}

}  // namespace
#endif

size_t WindowHashes::FindBelow(uint32_t limit, size_t count, Letters& letters) const noexcept {
#ifdef __x86_64__
  if (kCompressesBytes) return FindBelowAvx512(hashes_.data(), limit, count, letters.data());
#endif
  return FindBelowInSteps(limit, count, letters);
}

}  // namespace sluice::fingerprint
