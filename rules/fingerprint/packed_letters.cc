#include "rules/fingerprint/packed_letters.h"

#include <algorithm>

#ifdef __SSSE3__
#include <tmmintrin.h>

#include <bit>
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

size_t PackedLetters::PackSteps(ByteView text, size_t& count) noexcept {
  size_t at = 0, packed = 0;
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
  count = packed;
  return at;
}
#else
size_t PackedLetters::PackSteps(ByteView, size_t&) noexcept { return 0; }
#endif

size_t PackedLetters::Pack(ByteView text) noexcept {
  text = text.First(kMostBytes);
  size_t count = 0;
  size_t at = PackSteps(text, count);
  for (; at < text.size() && text[at] < 0x80; ++at) {
    letters_[count] = text[at];
    places_[count] = static_cast<uint8_t>(at);
    count += IsLetterOrDigit(text[at]) ? 1 : 0;
  }
  count_ = count;
  return at;
}

}  // namespace sluice::fingerprint
