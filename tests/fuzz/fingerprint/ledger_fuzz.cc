// A map of departed places from a database that anyone may have written: nothing, or a map that comes back from its own bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "control/ledger/departed_map.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  constexpr uint32_t kPlaces = 5000;
  const auto set = ledger::PlaceSet::FromBytes({data, size}, kPlaces);
  if (!set) return 0;
  const std::string bytes = set->ToBytes();
  const auto again = ledger::PlaceSet::FromBytes(ByteView(bytes), kPlaces);
  if (!again || again->Count() != set->Count() || set->Count() > kPlaces) std::abort();
  return 0;
}
