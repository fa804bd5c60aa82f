// NumberWindows: the few places of a text where a number of some length can stand, found by its digits alone.
//
// Expressions for account, card and identity numbers have no fixed bytes that a matcher could look for, and run over every byte
// at a tenth of its speed. All such numbers hold six digits in a row or groups of them: ddd?ddd and ddd?dd?dddd, where ? is no
// digit, and dd?dd?dd, where it is no sign of dates and times either (- . / :). So they are looked for in windows round those, in
// blocks. A hit counts when it ends no more than kNumberReach bytes behind such a group: that depends on the text only, never on
// how it was cut.
//
// Thread: pure. Allocates: never. Not found: numbers without such a group, such as AB 12 3456 C.
#pragma once

#include <emmintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::evaluate {

// A pattern of this kind matches at most so many bytes; the compiler sees to it.
inline constexpr int64_t kNumberReach = 96;
// As much before new bytes as must be known, so that nothing is missed.
inline constexpr size_t kNumberHistory = static_cast<size_t>(kNumberReach) + 64;

// Offsets count from the beginning of the new bytes; what stands before them is negative.
struct NumberWindow {
  int64_t begin = 0, end = 0;              // bytes to be looked through
  int64_t first_end = 0, last_end = 0;     // hits that end outside of this count elsewhere, or not at all
};

// Sixty-four bytes as bits: digits, signs of dates and times, and zeros as they stand beside ASCII in UTF-16.
struct DigitBits {
  uint64_t digits = 0, signs = 0, zeros = 0;
};
inline DigitBits ReadDigits(const uint8_t* bytes) noexcept {
  DigitBits bits;
  const __m128i zero = _mm_setzero_si128(), nine = _mm_set1_epi8(9), first = _mm_set1_epi8('0');
  const __m128i hyphen = _mm_set1_epi8('-'), two = _mm_set1_epi8(2), colon = _mm_set1_epi8(':');
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i * 16));
    const __m128i distance = _mm_sub_epi8(v, first);
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(distance, nine), distance);
    bits.digits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(is_digit))} << (i * 16);
    const __m128i from_hyphen = _mm_sub_epi8(v, hyphen);  // - . /
    const __m128i is_sign = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(from_hyphen, two), from_hyphen), _mm_cmpeq_epi8(v, colon));
    bits.signs |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(is_sign))} << (i * 16);
    bits.zeros |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, zero)))} << (i * 16);
  }
  return bits;
}

// Where groups of digits end, block by block, over the block boundaries.
class DigitGroups {
 public:
  // Bit i: a group ends with byte i.
  uint64_t Next(const DigitBits& bits) noexcept {
    const uint64_t low = Shift(bits.zeros, last_.zeros, 1) & bits.digits;   // UTF-16BE: the zero stands before
    const uint64_t high = Shift(bits.digits, last_.digits, 1) & bits.zeros;  // UTF-16LE: behind
    const uint64_t high_signs = Shift(bits.signs, last_.signs, 1);
    last_ = bits;
    return plain_.Next(bits.digits, bits.signs, 1) | little_.Next(high, high_signs, 2) | big_.Next(low, bits.signs, 2);
  }

 private:
  static uint64_t Shift(uint64_t now, uint64_t before, unsigned n) noexcept { return now << n | before >> (64 - n); }

  // Digits of one width, by where their last byte is.
  class Chain {
   public:
    uint64_t Next(uint64_t digits, uint64_t signs, unsigned unit) noexcept {
      if ((digits | digits_) == 0) {
        signs_ = signs;
        pair_ = triple_ = 0;
        return 0;
      }
      const auto back = [&](uint64_t now, uint64_t before, unsigned units) { return Shift(now, before, units * unit); };
      const uint64_t pair = digits & back(digits, digits_, 1), triple = pair & back(digits, digits_, 2);
      const uint64_t quad = triple & back(digits, digits_, 3);
      const uint64_t gap = ~digits, no_sign = ~(digits | signs);
      const uint64_t gap_before = ~digits_, no_sign_before = ~(digits_ | signs_);
      const uint64_t six = triple & back(triple, triple_, 3);
      const uint64_t threes = triple & back(gap, gap_before, 3) & back(triple, triple_, 4);
      const uint64_t security = quad & back(gap, gap_before, 4) & back(pair, pair_, 5) & back(gap, gap_before, 7) & back(triple, triple_, 8);
      const uint64_t pairs = pair & back(no_sign, no_sign_before, 2) & back(pair, pair_, 3) & back(no_sign, no_sign_before, 5) & back(pair, pair_, 6);
      digits_ = digits;
      signs_ = signs;
      pair_ = pair;
      triple_ = triple;
      return six | threes | security | pairs;
    }

   private:
    uint64_t digits_ = 0, signs_ = 0, pair_ = 0, triple_ = 0;
  };

  DigitBits last_;
  Chain plain_, little_, big_;
};

// Calls visit(const NumberWindow&) for each place in `history` and the new bytes behind it where a hit may end that has not been
// told of before. `at_end`: the text ends with `bytes`. REQUIRES: `history` holds the last kNumberHistory bytes before, or
// all of the text.
template <typename Visit>
void ForEachNumberWindow(ByteView history, ByteView bytes, bool at_end, Visit visit) noexcept {
  constexpr int64_t kBlock = 64, kLongestWindow = 512;
  const auto size = static_cast<int64_t>(bytes.size()), begin = -static_cast<int64_t>(history.size());
  // A hit that ends with the last byte may be one only because the text seems to end there; it is told of when more is known.
  const int64_t last_end = at_end ? size : size - 1;
  NumberWindow window{0, -1, 0, 0};
  const auto flush = [&] {
    if (window.end < 0) return;
    const NumberWindow clipped{std::max(window.begin, begin), std::min(window.end, size), std::max<int64_t>(window.first_end, 0), std::min(window.last_end, last_end)};
    if (clipped.first_end <= clipped.last_end) visit(clipped);
    window.end = -1;
  };
  const auto add = [&](int64_t group) {  // offset behind its last byte
    if (window.end >= 0 && group <= window.last_end && group - window.begin < kLongestWindow) {
      window.last_end = group + kNumberReach;
      window.end = window.last_end + 1;
      return;
    }
    flush();
    window = {group - kNumberReach - 1, group + kNumberReach + 1, group, group + kNumberReach};
  };
  DigitGroups groups;
  const auto take = [&](int64_t at, uint64_t bits) {
    for (; bits != 0; bits &= bits - 1) add(at + __builtin_ctzll(bits) + 1);
  };
  // The tail of the history first, in whole blocks that end where the new bytes begin.
  const ByteView tail = history.From(history.size() - std::min(history.size(), kNumberHistory));
  const auto padded = [&](ByteView part, bool at_back) {
    uint8_t block[kBlock] = {};
    // 0xff is no digit and no zero.
    std::fill(std::begin(block), std::end(block), uint8_t{0xff});
    std::copy(part.begin(), part.end(), at_back ? std::end(block) - part.size() : std::begin(block));
    return ReadDigits(block);
  };
  const size_t odd = tail.size() % kBlock;
  int64_t at = -static_cast<int64_t>(tail.size() - odd);
  if (odd > 0) take(at - kBlock, groups.Next(padded(tail.First(odd), true)));
  for (; at < 0; at += kBlock) take(at, groups.Next(ReadDigits(tail.end() + at)));
  for (; at + kBlock <= size; at += kBlock) take(at, groups.Next(ReadDigits(bytes.data() + at)));
  if (at < size) take(at, groups.Next(padded(bytes.From(static_cast<size_t>(at)), false)));
  flush();
}

}  // namespace sluice::evaluate
