#include "rules/evaluate/digit_groups.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace sluice::evaluate {
namespace {

constexpr size_t kBlock = 64;

__extension__ using Bits128 = unsigned __int128;

// Bytes as bits: digits, and zeros as they stand beside ASCII in UTF-16.
struct DigitBits {
  uint64_t digits = 0, zeros = 0;
};

// No digit, no sign and no zero.
constexpr uint8_t kNothing = 0xff;

DigitBits ReadWithSse(const uint8_t* bytes) noexcept {
  DigitBits bits;
  const __m128i nine = _mm_set1_epi8(9), first = _mm_set1_epi8('0'), zero = _mm_setzero_si128();
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i * 16));
    const __m128i distance = _mm_sub_epi8(v, first);
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(distance, nine), distance);
    bits.digits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(is_digit))} << (i * 16);
    bits.zeros |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, zero)))} << (i * 16);
  }
  return bits;
}

__attribute__((target("avx2"))) inline DigitBits ReadWithAvx2(const uint8_t* bytes) noexcept {
  DigitBits bits;
  const __m256i nine = _mm256_set1_epi8(9), first = _mm256_set1_epi8('0'), zero = _mm256_setzero_si256();
  for (unsigned i = 0; i < 2; ++i) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + i * 32));
    const __m256i distance = _mm256_sub_epi8(v, first);
    const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, nine), distance);
    bits.digits |= uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(is_digit))} << (i * 32);
    bits.zeros |= uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, zero)))} << (i * 32);
  }
  return bits;
}

// - . / :
__attribute__((always_inline)) inline uint64_t ReadSigns(const uint8_t* bytes) noexcept {
  uint64_t signs = 0;
  const __m128i hyphen = _mm_set1_epi8('-'), two = _mm_set1_epi8(2), colon = _mm_set1_epi8(':');
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i * 16));
    const __m128i from_hyphen = _mm_sub_epi8(v, hyphen);
    const __m128i is_sign = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(from_hyphen, two), from_hyphen), _mm_cmpeq_epi8(v, colon));
    signs |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(is_sign))} << (i * 16);
  }
  return signs;
}

// Where groups of characters of `kUnit` bytes end: bit i, with byte i. `digits` says where the characters' last bytes are.
template <unsigned kUnit>
class GroupEnds {
 public:
  explicit GroupEnds(Bits128 digits) noexcept
      : digits_(digits), pair_(digits & Back(digits, 1)), triple_(pair_ & Back(digits, 2)), quad_(triple_ & Back(digits, 3)) {}

  // dddddd, ddd?ddd, ddd?dd?dddd
  Bits128 WithAnyGap() const noexcept {
    const Bits128 gap = ~digits_;
    const Bits128 threes = Back(gap, 3) & Back(triple_, 4), security = Back(gap, 4) & Back(pair_, 5) & Back(gap, 7) & Back(triple_, 8);
    return (triple_ & (Back(triple_, 3) | threes)) | (quad_ & security);
  }
  // dd:dd:dd, dd:dddd, dddd:dd
  Bits128 WithGapsIn(Bits128 gaps) const noexcept {
    const Bits128 pair_behind = pair_ & Back(gaps, 2) & Back(pair_, 3);
    return (pair_behind & ((Back(gaps, 5) & Back(pair_, 6)) | Back(pair_, 5))) | (quad_ & Back(gaps, 4) & Back(pair_, 5));
  }

 private:
  static Bits128 Back(Bits128 bits, unsigned characters) noexcept { return bits << (characters * kUnit); }
  Bits128 digits_, pair_, triple_, quad_;
};

constexpr Bits128 Both(uint64_t before, uint64_t now) { return Bits128{now} << 64 | before; }

// `now` and the block before it as one text, so many characters back.
uint64_t Back(uint64_t now, uint64_t before, unsigned n) noexcept { return now << n | before >> (64 - n); }

// Two blocks, one behind the other.
struct BlockPair {
  DigitBits before, now;
  const uint8_t *before_bytes = nullptr, *now_bytes = nullptr;

  // Each group ends with a pair of digits beside their zeros, and so does what is found here.
  bool MayHoldWideGroup() const noexcept {
    const Bits128 digits = Both(before.digits, now.digits), zeros = Both(before.zeros, now.zeros);
    const Bits128 little = zeros & digits << 1, big = digits & zeros << 1;
    return ((little & little << 2) | (big & big << 2)) >> 64 != 0;
  }

  // Bit i: a group ends with byte i of the last block.
  __attribute__((always_inline)) inline uint64_t Ends(bool is_plain, bool is_wide) const noexcept {
    const Bits128 digits = Both(before.digits, now.digits);
    Bits128 ends = 0;
    if (is_plain) ends = EndsOf<1>(digits, 0);
    if (is_wide) {
      // The zero stands behind (LE) or before (BE).
      const Bits128 zeros = Both(before.zeros, now.zeros);
      ends |= EndsOf<2>(digits << 1 & zeros, 1) | EndsOf<2>(digits & zeros << 1, 0);
    }
    return static_cast<uint64_t>(ends >> 64);
  }

 private:
  // `behind`: how far a sign stands before the last byte of its character.
  template <unsigned kUnit>
  __attribute__((always_inline)) inline Bits128 EndsOf(Bits128 digits, unsigned behind) const noexcept {
    const GroupEnds<kUnit> groups(digits);
    const Bits128 ends = groups.WithAnyGap(), doubtful = groups.WithGapsIn(~digits) & ~ends;
    if (doubtful >> 64 == 0) return ends;
    const Bits128 signs = Both(ReadSigns(before_bytes), ReadSigns(now_bytes)) << behind;
    return ends | groups.WithGapsIn(~(digits | signs));
  }
};

// One pass, block by block; the block before the bytes and the last one, which is not whole, are copies. What one block leaves to the
// next stays in registers: everything that is called on the way is part of this function.
template <DigitBits (*Read)(const uint8_t*) noexcept>
__attribute__((always_inline)) inline void FindWith(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept {
  uint8_t joint[2 * kBlock];
  std::memset(joint, kNothing, sizeof joint);
  const ByteView tail = before.From(before.size() - std::min(before.size(), kDigitHistory));
  std::copy(tail.begin(), tail.end(), joint + kBlock - tail.size());
  const uint8_t* older_bytes = joint;
  DigitBits older = Read(joint);
  uint64_t older_pairs = older.digits & older.digits << 1;
  for (size_t at = 0; at < bytes.size(); at += kBlock) {
    const uint8_t* now = bytes.data() + at;
    if (bytes.size() - at < kBlock) {
      std::memcpy(joint + kBlock, now, bytes.size() - at);
      now = joint + kBlock;
    }
    const DigitBits bits = Read(now);
    // Each group ends with a pair of digits, and holds a pair that ends two to four characters before that and one four to six before.
    const uint64_t pairs = bits.digits & Back(bits.digits, older.digits, 1), at_four = Back(pairs, older_pairs, 4);
    const uint64_t twice = pairs & (Back(pairs, older_pairs, 2) | Back(pairs, older_pairs, 3) | at_four);
    const bool is_plain = (twice & (at_four | Back(pairs, older_pairs, 5) | Back(pairs, older_pairs, 6))) != 0;
    const bool has_zeros = (bits.zeros | older.zeros >> 63) != 0;
    if (is_plain || has_zeros) [[unlikely]] {
      const BlockPair blocks{older, bits, older_bytes, now};
      const bool is_wide = has_zeros && blocks.MayHoldWideGroup();
      const uint64_t all = is_plain || is_wide ? blocks.Ends(is_plain, is_wide) : 0;
      for (uint64_t ends = all; ends != 0; ends &= ends - 1) found(context, at + static_cast<size_t>(__builtin_ctzll(ends)) + 1);
    }
    older = bits;
    older_pairs = pairs;
    older_bytes = now;
  }
}

void FindWithSse(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept { FindWith<ReadWithSse>(before, bytes, found, context); }
__attribute__((target("avx2"))) void FindWithAvx2(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept {
  FindWith<ReadWithAvx2>(before, bytes, found, context);
}

}  // namespace

void FindDigitGroups(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  has_avx2 ? FindWithAvx2(before, bytes, found, context) : FindWithSse(before, bytes, found, context);
}

}  // namespace sluice::evaluate
