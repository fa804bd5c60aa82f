// ReadMarking: a hit of a detector as the protective marking it belongs to: nation, level, caveats, period.
//
// Stands behind the matcher: patterns find the few bytes that every marking of a kind has, a grammar reads what stands
// there, and a hit that does not read as a marking is none. Cold: called for confirmed hits of marking detectors only.
// Thread: pure. Allocates: never.
#pragma once

#include <cstddef>
#include <string_view>

#include "rules/model/marking.h"

namespace sluice::marking {

struct Reading {
  enum class Outcome {
    kNone,       // no marking of that nation stands here
    kNeedsMore,  // what there is could become one; ask again with more text
    kMarking,
  };
  Outcome outcome = Outcome::kNone;
  model::Marking marking;
  size_t end = 0;       // index behind the marking
  size_t farthest = 0;  // index behind the last character that decided
};

// `begin`: where the hit begins in `text`. `complete`: no more text follows.
Reading ReadMarking(model::Nation nation, std::u32string_view text, size_t begin, bool complete);

}  // namespace sluice::marking
