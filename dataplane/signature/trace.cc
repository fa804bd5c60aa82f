#include "dataplane/signature/trace.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sluice::signature {
namespace {

// Hits this close together in the document and in the object are one run: those between them were lost to edits, to a cut or to sharing.
constexpr uint32_t kRunGap = 16;
constexpr uint64_t kTextReach = 2048, kBinaryReach = 65536;
// Two places within one phrase overlap; three with as much between the ends of the first and the last stand for a hundred letters.
constexpr uint32_t kPassagePlaces = 3, kShortPassagePlaces = 2;
constexpr uint64_t kPassageSpan = 64, kShortPassageSpan = 32;
// Blocks of 512 bytes do not resemble each other by chance, wherever they stand.
constexpr uint32_t kBinaryHits = 2;
constexpr uint32_t kCells = 256;

bool IsText(const fingerprint::PartRecord& part) { return part.kind == static_cast<uint32_t>(fingerprint::Kind::kText); }

// In either direction: what a document says twice is known by its first place.
bool IsBeside(uint32_t before, uint32_t place) { return place != before && (place > before ? place - before : before - place) <= kRunGap; }

uint32_t CellOf(uint32_t place, uint32_t count) { return count <= kCells ? place : static_cast<uint32_t>(uint64_t{place} * kCells / count); }

}  // namespace

// Of a phrase that an object repeats the same few places come again and again: they count once.
void Evidence::Keep(uint32_t place) noexcept {
  const auto end = run_places.begin() + run_count;
  if (run_count < run_places.size() && std::find(run_places.begin(), end, place) == end) run_places[run_count++] = place;
}

// One stray hit does not end a run: a sentence that the document has elsewhere, too.
void Evidence::Follow(uint32_t place, uint64_t end, uint64_t reach) noexcept {
  const bool is_near = run_count > 0 && end - last_end <= reach;
  if (!is_near || !IsBeside(last, place)) {
    const bool begins_at_stray = run_count > 0 && end - stray_end <= reach && IsBeside(stray, place);
    const uint32_t before = std::exchange(stray, place);
    const uint64_t before_end = std::exchange(stray_end, end);
    if (is_near && !begins_at_stray) return;
    run_count = 0;
    run_begin = begins_at_stray ? before_end : end;
    if (begins_at_stray) Keep(before);
  }
  Keep(place);
  last = place;
  last_end = end;
  if (hits == 0 || end - run_begin > run_bytes()) {
    best_begin = run_begin;
    best_end = end;
  }
}

bool Evidence::Add(const fingerprint::PartRecord& of_part, uint32_t place, uint64_t end) noexcept {
  const uint32_t count = of_part.count;
  const uint32_t cell = CellOf(place, count);
  uint64_t& word = covered[cell / 64];
  const uint64_t bit = uint64_t{1} << (cell % 64);
  // In a long part a cell holds many places; a place behind all others is new for certain.
  const bool is_new = (word & bit) == 0 || (count > kCells && place > highest);
  word |= bit;
  Follow(place, end, IsText(of_part) ? kTextReach : kBinaryReach);
  highest = std::max(highest, place);
  if (is_new) ++hits;
  return is_new;
}

bool Evidence::IsPassage(const fingerprint::PartRecord& of_part) const noexcept {
  if (!IsText(of_part)) return hits >= kBinaryHits;
  const uint64_t span = last_end - run_begin;
  if (of_part.count < kPassagePlaces) return run_count >= kShortPassagePlaces && span >= kShortPassageSpan;
  return run_count >= kPassagePlaces && span >= kPassageSpan;
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
