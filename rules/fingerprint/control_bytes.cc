#include "rules/fingerprint/control_bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>

#include <bit>
#endif

namespace sluice::fingerprint {
namespace {

ControlBytes CountOneByOne(ByteView bytes) noexcept {
  constexpr uint32_t kLayout = 1u << '\t' | 1u << '\n' | 1u << '\f' | 1u << '\r' | 1u << 0x1B;
  ControlBytes found;
  for (const uint8_t byte : bytes) {
    found.controls += byte > 0 && byte < 0x20 && (kLayout >> byte & 1) == 0 ? 1 : 0;
    found.zeros += byte == 0 ? 1 : 0;
  }
  return found;
}

}  // namespace

#ifdef __SSE2__
ControlBytes CountControls(ByteView bytes) noexcept {
  constexpr size_t kStep = 16;
  ControlBytes found;
  const auto count = [](__m128i which) { return static_cast<uint32_t>(std::popcount(static_cast<uint32_t>(_mm_movemask_epi8(which)))); };
  const auto is = [](__m128i b, char byte) { return _mm_cmpeq_epi8(b, _mm_set1_epi8(byte)); };
  for (; bytes.size() >= kStep; bytes = bytes.From(kStep)) {
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data()));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(0x1F)), b);
    if (_mm_movemask_epi8(low) == 0) continue;
    const __m128i line = _mm_or_si128(_mm_or_si128(is(b, '\t'), is(b, '\n')), _mm_or_si128(is(b, '\f'), is(b, '\r')));
    const __m128i none = _mm_or_si128(_mm_or_si128(line, is(b, 0x1B)), is(b, 0));
    found.controls += count(_mm_andnot_si128(none, low));
    found.zeros += count(is(b, 0));
  }
  const ControlBytes rest = CountOneByOne(bytes);
  return {found.controls + rest.controls, found.zeros + rest.zeros};
}
#else
ControlBytes CountControls(ByteView bytes) noexcept { return CountOneByOne(bytes); }
#endif

}  // namespace sluice::fingerprint
