#include "rules/fingerprint/sip_words.h"

#include <algorithm>

#include "rules/fingerprint/secrets.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::fingerprint {
namespace {

#ifdef __x86_64__
#define SLUICE_AVX2 __attribute__((target("avx2"), always_inline)) inline

template <int kBits>
SLUICE_AVX2 __m256i RotatedLeft(__m256i v) {
  return _mm256_or_si256(_mm256_slli_epi64(v, kBits), _mm256_srli_epi64(v, 64 - kBits));
}

struct FourStates {
  __m256i v0, v1, v2, v3;

  // SipRound, as in SipHashOfWord.
  SLUICE_AVX2 void Round() {
    v0 = _mm256_add_epi64(v0, v1);
    v2 = _mm256_add_epi64(v2, v3);
    v1 = _mm256_xor_si256(RotatedLeft<13>(v1), v0);
    v3 = _mm256_xor_si256(RotatedLeft<16>(v3), v2);
    v0 = _mm256_shuffle_epi32(v0, _MM_SHUFFLE(2, 3, 0, 1));
    v0 = _mm256_add_epi64(v0, v3);
    v2 = _mm256_add_epi64(v2, v1);
    v3 = _mm256_xor_si256(RotatedLeft<21>(v3), v0);
    v1 = _mm256_xor_si256(RotatedLeft<17>(v1), v2);
    v2 = _mm256_shuffle_epi32(v2, _MM_SHUFFLE(2, 3, 0, 1));
  }
};

SLUICE_AVX2 __m256i OfWord(uint64_t word) { return _mm256_set1_epi64x(static_cast<long long>(word)); }

// SipHash-1-3 of four words.
__attribute__((target("avx2"))) void HashFour(const std::array<uint64_t, 2>& key, uint64_t* words) noexcept {
  const __m256i word = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words)), length = OfWord(uint64_t{8} << 56);
  FourStates s{OfWord(key[0] ^ 0x736f6d6570736575ULL), OfWord(key[1] ^ 0x646f72616e646f6dULL), OfWord(key[0] ^ 0x6c7967656e657261ULL), OfWord(key[1] ^ 0x7465646279746573ULL)};
  s.v3 = _mm256_xor_si256(s.v3, word);
  s.Round();
  s.v0 = _mm256_xor_si256(s.v0, word);
  s.v3 = _mm256_xor_si256(s.v3, length);
  s.Round();
  s.v0 = _mm256_xor_si256(s.v0, length);
  s.v2 = _mm256_xor_si256(s.v2, OfWord(0xff));
  s.Round();
  s.Round();
  s.Round();
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), _mm256_xor_si256(_mm256_xor_si256(s.v0, s.v1), _mm256_xor_si256(s.v2, s.v3)));
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#undef SLUICE_AVX2
#else
constexpr bool kHasAvx2 = false;
void HashFour(const std::array<uint64_t, 2>&, uint64_t*) noexcept {}
#endif

}  // namespace

void SipHashWords(const std::array<uint64_t, 2>& key, std::span<uint64_t> words) noexcept {
  constexpr size_t kAtOnce = 4;
  if (kHasAvx2) {
    for (; words.size() >= kAtOnce; words = words.subspan(kAtOnce)) HashFour(key, words.data());
    // Two or three cost as much as four, and less than one by one.
    if (words.size() > 1) {
      std::array<uint64_t, kAtOnce> last{};
      std::copy(words.begin(), words.end(), last.begin());
      HashFour(key, last.data());
      std::copy_n(last.begin(), words.size(), words.begin());
      return;
    }
  }
  for (uint64_t& word : words) word = SipHashWord(key, word);
}

}  // namespace sluice::fingerprint
