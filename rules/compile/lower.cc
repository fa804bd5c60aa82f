#include <map>
#include <tuple>

#include "rules/compile/stages.h"

namespace sluice::compile {

// The same bytes in two encodings are one pattern; it needs no alignment if one of the two does not. Within one detector
// the first term wins.
void Lower(Program& program) {
  std::map<std::tuple<model::DetectorIndex, model::CostClass, std::string, bool>, size_t> seen;
  std::vector<LoweredPattern> kept;
  for (LoweredPattern& pattern : program.patterns) {
    const auto [it, is_new] =
        seen.emplace(std::tuple(pattern.entry.detector, pattern.entry.cost, pattern.bytes, pattern.ignore_case), kept.size());
    if (is_new) {
      kept.push_back(std::move(pattern));
    } else {
      model::Pattern& entry = kept[it->second].entry;
      entry.confirm_alignment = entry.confirm_alignment && pattern.entry.confirm_alignment;
    }
  }
  program.patterns = std::move(kept);
}

}  // namespace sluice::compile
