// SignatureFilter: what a detector asks of registered documents: how much of one must be seen, or have left over time.
//
// Thread: value type. Allocates: its set's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::model {

// How much of a document, or of all documents of a set together, must have left.
struct Departed {
  uint8_t percent = 0;   // of one document
  uint64_t bytes = 0;    // of the set
  uint32_t days = 0;     // within so many; 0: ever

  bool is_asked() const { return percent > 0 || bytes > 0; }
};

struct SignatureFilter {
  std::string set;          // empty: no signature detector
  uint8_t percent = 0;      // of a document; each that is not 0 must hold
  uint64_t bytes = 0;       // of a document
  uint64_t run = 0;         // bytes without a break
  bool whole = false;       // only whole documents and members
  Departed left;            // instead: what has left so far
  uint8_t columns = 0;      // of a table's row, within `within` bytes of the hit of the detector's own terms
  uint32_t within = 0;

  bool is_asked() const { return !set.empty(); }
  bool asks_for_rows() const { return columns > 0; }
};

inline constexpr uint32_t kFurthestColumns = 120, kDefaultColumnsWithin = 100, kMostColumns = 32;
inline constexpr uint32_t kMostDays = 3660;

// "20 %", "20 % in 30 days", "50 MB of this set in 30 days". Nothing where it is none of these.
std::optional<Departed> DepartedFromText(std::string_view text);

}  // namespace sluice::model
