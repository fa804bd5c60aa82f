#include "rules/fingerprint/packed_letters.h"

#include <algorithm>
#include <bit>

#include "rules/fingerprint/byte_compress.h"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::fingerprint {
namespace {

// As FoldTable has it for ASCII.
constexpr bool IsLetterOrDigit(uint8_t byte) noexcept {
  return static_cast<uint8_t>((byte | 0x20) - 'a') < 26 || static_cast<uint8_t>(byte - '0') < 10;
}

}  // namespace

#ifdef __SSSE3__
namespace {

// For each choice of eight bytes: the places of the chosen ones, in order.
using PlacesOfEight = std::array<std::array<uint8_t, 8>, 256>;

constexpr PlacesOfEight MakePlaces() {
  PlacesOfEight all{};
  for (size_t chosen = 0; chosen < all.size(); ++chosen) {
    size_t count = 0;
    for (uint8_t place = 0; place < 8; ++place) {
      if ((chosen >> place & 1) != 0) all[chosen][count++] = place;
    }
  }
  return all;
}

constexpr PlacesOfEight kPlaces = MakePlaces();

unsigned LettersOf(__m128i bytes) noexcept {
  const __m128i from_a = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
  const __m128i from_0 = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_letter, is_digit)));
}

}  // namespace

size_t PackedLetters::PackSteps(ByteView text, size_t at) noexcept {
  size_t packed = count_;
  for (; at + kStep <= text.size(); at += kStep) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    if (_mm_movemask_epi8(bytes) != 0) break;
    const unsigned letters = LettersOf(bytes);
    for (size_t half = 0; half < 2; ++half, bytes = _mm_srli_si128(bytes, 8)) {
      const unsigned chosen = letters >> (8 * half) & 0xFF;
      const __m128i places = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPlaces[chosen].data()));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(letters_.data() + packed), _mm_shuffle_epi8(bytes, places));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(places_.data() + packed), _mm_add_epi8(places, _mm_set1_epi8(static_cast<char>(at + 8 * half))));
      packed += static_cast<size_t>(std::popcount(chosen));
    }
  }
  count_ = packed;
  return at;
}
#else
size_t PackedLetters::PackSteps(ByteView, size_t at) noexcept { return at; }
#endif

#ifdef __x86_64__
namespace {

struct Packed {
  size_t at, count;
};

SLUICE_COMPRESSES_BYTES Packed PackAvx512(ByteView text, uint8_t* letters, uint8_t* places) noexcept {
  __m512i place = _mm512_load_si512(kByteNumbers.data());
  Packed packed{0, 0};
  for (; packed.at + kWideBytes <= text.size(); packed.at += kWideBytes) {
    const __m512i bytes = _mm512_loadu_si512(text.data() + packed.at);
    if (_mm512_movepi8_mask(bytes) != 0) break;
    const __m512i from_a = _mm512_sub_epi8(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
    const __m512i from_0 = _mm512_sub_epi8(bytes, _mm512_set1_epi8('0'));
    const uint64_t chosen = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(25)) | _mm512_cmple_epu8_mask(from_0, _mm512_set1_epi8(9));
    _mm512_storeu_si512(letters + packed.count, _mm512_maskz_compress_epi8(chosen, bytes));
    _mm512_storeu_si512(places + packed.count, _mm512_maskz_compress_epi8(chosen, place));
    packed.count += static_cast<size_t>(std::popcount(chosen));
    place = _mm512_add_epi8(place, _mm512_set1_epi8(kWideBytes));
  }
  return packed;
}

}  // namespace

size_t PackedLetters::PackWideSteps(ByteView text, size_t at) noexcept {
  if (!kCompressesBytes) return at;
  const Packed packed = PackAvx512(text.From(at), letters_.data() + count_, places_.data() + count_);
  count_ += packed.count;
  return at + packed.at;
}
#else
size_t PackedLetters::PackWideSteps(ByteView, size_t at) noexcept { return at; }
#endif

size_t PackedLetters::PackFrom(ByteView text, size_t at) noexcept {
  text = text.First(kMostBytes);
  at = PackSteps(text, at);
  size_t count = count_;
  for (; at < text.size() && text[at] < 0x80; ++at) {
    letters_[count] = text[at];
    places_[count] = static_cast<uint8_t>(at);
    count += IsLetterOrDigit(text[at]) ? 1 : 0;
  }
  count_ = count;
  return at;
}

}  // namespace sluice::fingerprint
