// DepartedMap: which places of a document have left, by day: a set of bits for each day on which something did.
//
// Thread: value type. Allocates: yes (cold). Failure: FromBytes gives nothing where the bytes are no map.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_view.h"

namespace sluice::ledger {

using Day = int64_t;  // since 1970, UTC

// Bits of one day.
class PlaceSet {
 public:
  // False: it was there.
  bool Add(uint32_t place);
  bool Has(uint32_t place) const { return place / 64 < words_.size() && (words_[place / 64] >> (place % 64) & 1) != 0; }
  void Add(const PlaceSet& other);
  uint64_t Count() const;
  // Runs of places: how many not, how many in, and so on, as variable-length numbers.
  std::string ToBytes() const;
  static std::optional<PlaceSet> FromBytes(ByteView bytes, uint32_t places_in_all);

 private:
  std::vector<uint64_t> words_;
};

class DepartedMap {
 public:
  // False: it had left on that day already.
  bool Add(Day day, uint32_t place) { return days_[day].Add(place); }
  void Add(Day day, const PlaceSet& places) { days_[day].Add(places); }
  // Different places that left on `first` or later.
  uint64_t CountSince(Day first) const;
  bool HasSince(Day first, uint32_t place) const;
  const std::map<Day, PlaceSet>& days() const { return days_; }

 private:
  std::map<Day, PlaceSet> days_;
};

inline constexpr Day kEver = INT64_MIN;

}  // namespace sluice::ledger
