#include "dataplane/signature/trace.h"

#include <algorithm>
#include <bit>

namespace sluice::signature {
namespace {

// Hits this close together in the document are one run: a fingerprint or two between them may have been lost at a cut or to sharing.
constexpr uint32_t kRunGap = 4;
constexpr uint32_t kCells = 256;

uint32_t CellOf(uint32_t place, uint32_t count) { return count <= kCells ? place : static_cast<uint32_t>(uint64_t{place} * kCells / count); }

}  // namespace

bool Evidence::Add(uint32_t place, uint32_t count, uint64_t end) noexcept {
  const uint32_t cell = CellOf(place, count);
  uint64_t& word = covered[cell / 64];
  const uint64_t bit = uint64_t{1} << (cell % 64);
  // In a long part a cell holds many places; a place behind all others is new for certain.
  const bool is_new = (word & bit) == 0 || (count > kCells && place > highest);
  word |= bit;
  const bool goes_on = hits > 0 && place > last && place - last <= kRunGap;
  if (!goes_on) run_begin = end;
  if (hits == 0 || end - run_begin > run_bytes()) {
    best_begin = run_begin;
    best_end = end;
  }
  last = place;
  highest = std::max(highest, place);
  if (is_new) ++hits;
  return is_new;
}

uint32_t Evidence::PercentOf(uint32_t count) const noexcept {
  uint32_t cells = 0;
  for (const uint64_t word : covered) cells += static_cast<uint32_t>(std::popcount(word));
  return cells * 100 / std::min(count, kCells);
}

uint64_t Evidence::BytesOf(const fingerprint::PartRecord& part_record) const noexcept {
  return static_cast<uint64_t>(static_cast<fingerprint::Uint128>(part_record.bytes) * std::min(hits, part_record.count) / part_record.count);
}

}  // namespace sluice::signature
