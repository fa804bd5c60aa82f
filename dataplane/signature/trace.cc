#include "dataplane/signature/trace.h"

#include <algorithm>
#include <bit>

namespace sluice::signature {
namespace {

// Hits this close together in the document and in the object are one run: those between them were lost to edits, to a cut or to sharing.
constexpr uint32_t kRunGap = 16;
constexpr uint64_t kTextReach = 2048, kBinaryReach = 65536;
// A place speaks for its window, of which nothing else is known but that it is the same: 32 letters with the blanks between them. Where the next place of the
// document follows, nothing was chosen between them in either, so that the bytes between them are most likely the same as well.
constexpr uint64_t kWindowBytes = 40, kNextPlaceBytes = 96;
// Lists of the same names and phrases that many people write come to 143 bytes, and a sentence now and then; of 512 bytes of a document fewer than one in a hundred have no more.
constexpr uint32_t kPassagePlaces = 3, kShortPassagePlaces = 2;
constexpr uint32_t kPassageBytes = 160, kShortPassageBytes = 72;
// Blocks of 512 bytes do not resemble each other by chance, wherever they stand.
constexpr uint32_t kBinaryHits = 2;
constexpr uint32_t kCells = 256;

bool IsText(const fingerprint::PartRecord& part) { return part.kind == static_cast<uint32_t>(fingerprint::Kind::kText); }

// In either direction: what a document says twice is known by its first place.
bool IsBeside(uint32_t before, uint32_t place) { return (place > before ? place - before : before - place) <= kRunGap; }

uint32_t CellOf(uint32_t place, uint32_t count) { return count <= kCells ? place : static_cast<uint32_t>(uint64_t{place} * kCells / count); }

}  // namespace

void Run::Begin(uint32_t place, uint64_t end) noexcept {
  *this = Run();
  begin = last_end = end;
  last = places[0] = place;
  count = 1;
  covered = kWindowBytes;
}

// A step back, or to a place that counted before, is a phrase said again: the run goes on, but says nothing more.
void Run::Extend(uint32_t place, uint64_t end) noexcept {
  const auto known_end = places.begin() + std::min<size_t>(count, kPlaces);
  if (place > last && std::find(places.begin(), known_end, place) == known_end) {
    covered += static_cast<uint32_t>(std::min(end - last_end, place - last == 1 ? kNextPlaceBytes : kWindowBytes));
    places[count++ % kPlaces] = place;
  }
  last = place;
  last_end = end;
}

// A hit that goes on with none of the runs begins one, in the place of that which waits longer; the same hit again says nothing.
void Evidence::Follow(uint32_t place, uint64_t end, uint64_t reach) noexcept {
  const auto is_near = [&](const Run& run) { return run.count > 0 && end - run.last_end <= reach; };
  if (std::any_of(runs.begin(), runs.end(), [&](const Run& run) { return is_near(run) && run.last == place; })) return;
  const auto goes_on = [&](const Run& run) { return is_near(run) && IsBeside(run.last, place); };
  auto run = std::find_if(runs.begin(), runs.end(), goes_on);
  if (run != runs.end()) {
    run->Extend(place, end);
  } else {
    run = std::min_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.last_end < b.last_end; });
    run->Begin(place, end);
  }
  if (hits == 0 || end - run->begin > run_bytes()) {
    best_begin = run->begin;
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
  if (hits == 0) first = place;
  highest = std::max(highest, place);
  if (is_new) ++hits;
  return is_new;
}

bool Evidence::IsPassage(const fingerprint::PartRecord& of_part) const noexcept {
  if (!IsText(of_part)) return hits >= kBinaryHits;
  const bool is_short = of_part.count < kPassagePlaces;
  const uint32_t places = is_short ? kShortPassagePlaces : kPassagePlaces;
  const uint32_t bytes = is_short ? kShortPassageBytes : kPassageBytes;
  return std::any_of(runs.begin(), runs.end(), [&](const Run& run) { return run.count >= places && run.covered >= bytes; });
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
