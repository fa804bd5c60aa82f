#include "rules/evaluate/digit_groups.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sluice::evaluate {
namespace {

// Bytes become bits: of each block of 64 a word that says which are digits. What is asked of the words is asked of four at once.
constexpr size_t kBlock = 64, kLanes = 4;
using Words = uint64_t __attribute__((vector_size(kLanes * sizeof(uint64_t))));

// So many words are made before the first is read: a load of what was only just stored in parts would wait for the stores.
constexpr size_t kMostBlocks = 32;

// No digit, no sign and no zero.
constexpr uint8_t kNothing = 0xff;

// A word for each block, behind that of the block before them; room to read whole lanes.
using BlockWords = std::array<uint64_t, 1 + kMostBlocks + kLanes>;

#define SLUICE_INLINE __attribute__((always_inline)) inline

namespace sse {
struct Sse {
  using Vector = __m128i;
  static constexpr unsigned kBytes = 16;
  SLUICE_INLINE static Vector Load(const uint8_t* bytes) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)); }
  SLUICE_INLINE static Vector Of(uint8_t byte) noexcept { return _mm_set1_epi8(static_cast<char>(byte)); }
  SLUICE_INLINE static Vector Least(Vector a, Vector b) noexcept { return _mm_min_epu8(a, b); }
  SLUICE_INLINE static Vector Less(Vector a, Vector b) noexcept { return _mm_sub_epi8(a, b); }
  SLUICE_INLINE static uint64_t Equal(Vector a, Vector b) noexcept { return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b))); }
};
using Cpu = Sse;
#include "rules/evaluate/digit_blocks.inc"
}  // namespace sse

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
namespace avx2 {
struct Avx2 {
  using Vector = __m256i;
  static constexpr unsigned kBytes = 32;
  SLUICE_INLINE static Vector Load(const uint8_t* bytes) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)); }
  SLUICE_INLINE static Vector Of(uint8_t byte) noexcept { return _mm256_set1_epi8(static_cast<char>(byte)); }
  SLUICE_INLINE static Vector Least(Vector a, Vector b) noexcept { return _mm256_min_epu8(a, b); }
  SLUICE_INLINE static Vector Less(Vector a, Vector b) noexcept { return _mm256_sub_epi8(a, b); }
  SLUICE_INLINE static uint64_t Equal(Vector a, Vector b) noexcept { return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b))); }
};
using Cpu = Avx2;
#include "rules/evaluate/digit_blocks.inc"
}  // namespace avx2
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#undef SLUICE_INLINE

}  // namespace

void FindDigitGroups(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  has_avx2 ? avx2::FindWith(before, bytes, found, context) : sse::FindWith(before, bytes, found, context);
}

}  // namespace sluice::evaluate
