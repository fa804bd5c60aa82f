// LineTable: the fingerprints of a set, each in one line of the cache, so that one place in memory answers for it.
//
// Fingerprints are hashes: divided by a width they spread evenly over the lines. What a full line (its home) cannot take stands in the next ones, in order. A
// line of 64 bytes has 8, 7 or 6 slots, by how much of a fingerprint its home leaves to be told: first the lower 32 bits of each remainder,
// then the rest of each (0, 1 or 2 bytes), at the end of the line the values: 31 bits each, and the upper bit of slot i is bit i of how many
// fingerprints have this line as their home, wherever they stand: so a table can be read back.
// Thread: immutable view of bytes that outlive it. Allocates: WriteLines only. What bytes say never makes it leave them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_order.h"
#include "base/byte_view.h"
#include "base/result.h"
#include "rules/fingerprint/secrets.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sluice::fingerprint {

inline constexpr size_t kLineBytes = 64;
inline constexpr uint32_t kLeastHomes = 256;

// How fingerprints lie in the lines of a table with so many homes. REQUIRES: homes >= kLeastHomes.
class LineShape {
 public:
  explicit constexpr LineShape(uint32_t homes) noexcept
      : width_((kFingerprints + homes - 1) / homes),
        shift_(static_cast<unsigned>(std::bit_width(width_)) - 2),
        reciprocal_(static_cast<uint64_t>(((static_cast<Uint128>(1) << (64 + shift_)) + width_ - 1) / width_)),
        slots_(width_ <= uint64_t{1} << 32 ? 8 : width_ <= uint64_t{1} << 40 ? 7 : 6) {}

  // With about as few lines as fill well for so many different fingerprints.
  static LineShape For(uint64_t fingerprints) noexcept;

  uint32_t homes() const noexcept { return static_cast<uint32_t>((kFingerprints + width_ - 1) / width_); }
  size_t slots() const noexcept { return slots_; }
  size_t high_bytes() const noexcept { return 8 - slots_; }

  // fingerprint / width: the reciprocal is exact for 56 bits, because it is wrong by less than one in 2^(64 + shift).
  uint64_t HomeOf(Fingerprint fingerprint) const noexcept {
    return static_cast<uint64_t>(static_cast<Uint128>(fingerprint >> kUnused) * reciprocal_ >> 64) >> shift_;
  }
  uint64_t RemainderOf(Fingerprint fingerprint, uint64_t home) const noexcept { return (fingerprint >> kUnused) - home * width_; }
  Fingerprint FingerprintOf(uint64_t home, uint64_t remainder) const noexcept { return (home * width_ + remainder) << kUnused; }

 private:
  static constexpr unsigned kUnused = 64 - kFingerprintBits;
  static constexpr uint64_t kFingerprints = uint64_t{1} << kFingerprintBits;

  uint64_t width_;
  unsigned shift_;
  uint64_t reciprocal_;
  size_t slots_;
};

class LineTable {
 public:
  static constexpr uint32_t kNone = 0x7FFFFFFF;    // no value; values are less
  static constexpr uint32_t kGoesOn = 0xFFFFFFFF;  // what is not in this line may stand in the next one

  LineTable() : shape_(kLeastHomes) {}
  // REQUIRES: whole lines, at least as many as homes.
  LineTable(uint32_t homes, ByteView lines) noexcept : shape_(homes), lines_(lines) {}

  uint64_t HomeOf(Fingerprint fingerprint) const noexcept { return shape_.HomeOf(fingerprint); }
  void Prefetch(uint64_t line) const noexcept { __builtin_prefetch(lines_.data() + line * kLineBytes); }
  // A fingerprint's value if it stands in this line; `home`: its own. kNone where it stands nowhere.
  uint32_t LookInto(uint64_t line, uint64_t home, Fingerprint fingerprint) const noexcept;
  // kNone where it has none.
  uint32_t ValueOf(Fingerprint fingerprint) const noexcept {
    const uint64_t home = HomeOf(fingerprint);
    uint32_t value = kGoesOn;
    for (uint64_t line = home; value == kGoesOn; ++line) value = LookInto(line, home, fingerprint);
    return value;
  }

  // Calls visit(fingerprint, value) for each, in order of fingerprints.
  template <typename Visit>
  void ForEach(Visit visit) const {
    uint64_t home = 0;
    uint32_t left = count() > 0 ? CountAt(At(0)) : 0;
    for (uint64_t line = 0; line < count(); ++line) {
      const uint8_t* const at = At(line);
      for (size_t slot = 0; slot < shape_.slots() && ValueAt(at, slot) != kNone; ++slot) {
        while (left == 0 && home + 1 < count()) left = CountAt(At(++home));
        if (left == 0) return;
        --left;
        visit(shape_.FingerprintOf(home, RemainderAt(at, slot)), ValueAt(at, slot));
      }
    }
  }

 private:
  uint64_t count() const noexcept { return lines_.size() / kLineBytes; }
  const uint8_t* At(uint64_t line) const noexcept { return lines_.data() + line * kLineBytes; }
  const uint8_t* ValuesOf(const uint8_t* line) const noexcept { return line + kLineBytes - 4 * shape_.slots(); }
  uint32_t ValueAt(const uint8_t* line, size_t slot) const noexcept { return LoadLe32(ValuesOf(line) + 4 * slot) & kNone; }
  uint64_t HighAt(const uint8_t* line, size_t slot) const noexcept {
    const uint8_t* const high = line + 4 * shape_.slots() + shape_.high_bytes() * slot;
    return shape_.high_bytes() == 0 ? 0 : shape_.high_bytes() == 1 ? *high : LoadLe16(high);
  }
  uint64_t RemainderAt(const uint8_t* line, size_t slot) const noexcept { return HighAt(line, slot) << 32 | LoadLe32(line + 4 * slot); }
  uint32_t CountAt(const uint8_t* line) const noexcept {
    uint32_t count = 0;
    for (size_t slot = 0; slot < shape_.slots(); ++slot) count |= LoadLe32(ValuesOf(line) + 4 * slot) >> 31 << slot;
    return count;
  }
  // A bit for each slot whose remainder ends so.
  uint32_t SlotsWith(const uint8_t* line, uint32_t low) const noexcept;

  LineShape shape_;
  ByteView lines_;
};

// REQUIRES: in order of fingerprints, each once; values less than LineTable::kNone; the shape's homes are for about so many.
// Failure: the fingerprints are not spread as hashes are.
struct LineEntry {
  Fingerprint fingerprint = 0;
  uint32_t value = 0;
};
// How many lines WriteLines makes of them.
uint64_t CountLines(std::span<const LineEntry> entries, const LineShape& shape);
// REQUIRES: room for CountLines in `lines`, all zero.
Status WriteLines(std::span<const LineEntry> entries, const LineShape& shape, std::span<uint8_t> lines);

#ifdef __SSE2__
inline uint32_t LineTable::SlotsWith(const uint8_t* line, uint32_t low) const noexcept {
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(low));
  const auto four = [&](const uint8_t* at) {
    return static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), wanted))));
  };
  return (four(line) | four(line + 16) << 4) & ((1u << shape_.slots()) - 1);
}
#else
inline uint32_t LineTable::SlotsWith(const uint8_t* line, uint32_t low) const noexcept {
  uint32_t slots = 0;
  for (size_t slot = 0; slot < shape_.slots(); ++slot) slots |= (LoadLe32(line + 4 * slot) == low ? 1u : 0u) << slot;
  return slots;
}
#endif

inline uint32_t LineTable::LookInto(uint64_t line, uint64_t home, Fingerprint fingerprint) const noexcept {
  if (line >= count()) return kNone;
  const uint8_t* const at = At(line);
  const uint64_t remainder = shape_.RemainderOf(fingerprint, home);
  for (uint32_t slots = SlotsWith(at, static_cast<uint32_t>(remainder)); slots != 0; slots &= slots - 1) {
    const auto slot = static_cast<size_t>(std::countr_zero(slots));
    const uint32_t value = ValueAt(at, slot);
    if (HighAt(at, slot) == remainder >> 32 && value != kNone) return value;
  }
  return ValueAt(at, shape_.slots() - 1) == kNone ? kNone : kGoesOn;
}

}  // namespace sluice::fingerprint
