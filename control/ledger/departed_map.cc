#include "control/ledger/departed_map.h"

#include <algorithm>
#include <bit>

namespace sluice::ledger {
namespace {

void AppendNumber(std::string& out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(0x80 | (number & 0x7F));
  out += static_cast<char>(number);
}

// At most ten bytes, seven bits each. False: it does not end, or is too large.
bool ReadNumber(ByteReader& in, uint64_t& number) {
  number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = 0;
    if (!in.Read8(byte)) return false;
    number |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

bool PlaceSet::Add(uint32_t place) {
  if (place / 64 >= words_.size()) words_.resize(place / 64 + 1);
  uint64_t& word = words_[place / 64];
  const uint64_t bit = uint64_t{1} << (place % 64);
  const bool is_new = (word & bit) == 0;
  word |= bit;
  return is_new;
}

void PlaceSet::Add(const PlaceSet& other) {
  if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
  for (size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

uint64_t PlaceSet::Count() const {
  uint64_t count = 0;
  for (const uint64_t word : words_) count += static_cast<uint64_t>(std::popcount(word));
  return count;
}

// The first run is of places that have not left, and may be empty.
std::string PlaceSet::ToBytes() const {
  std::string bytes;
  const auto end = static_cast<uint32_t>(words_.size() * 64);
  bool has_left = false;
  for (uint32_t at = 0; at < end; has_left = !has_left) {
    uint32_t run_end = at;
    while (run_end < end && Has(run_end) == has_left) ++run_end;
    AppendNumber(bytes, run_end - at);
    at = run_end;
  }
  return bytes;
}

std::optional<PlaceSet> PlaceSet::FromBytes(ByteView bytes, uint32_t places_in_all) {
  PlaceSet set;
  ByteReader in(bytes);
  bool has_left = false;
  for (uint64_t at = 0; in.remaining() > 0; has_left = !has_left) {
    uint64_t run = 0;
    if (!ReadNumber(in, run)) return std::nullopt;
    // Filling up to a whole word may stand behind the last place.
    if (run > uint64_t{places_in_all} + 64 || at + run > uint64_t{places_in_all} + 64) return std::nullopt;
    if (has_left && at + run > places_in_all) return std::nullopt;
    for (uint64_t place = at; has_left && place < at + run; ++place) set.Add(static_cast<uint32_t>(place));
    at += run;
  }
  return set;
}

uint64_t DepartedMap::CountSince(Day first) const {
  PlaceSet all;
  for (auto it = days_.lower_bound(first); it != days_.end(); ++it) all.Add(it->second);
  return all.Count();
}

bool DepartedMap::HasSince(Day first, uint32_t place) const {
  return std::any_of(days_.lower_bound(first), days_.end(), [&](const auto& day) { return day.second.Has(place); });
}

}  // namespace sluice::ledger
