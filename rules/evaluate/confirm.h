// Confirm: whether a hit of a pattern is a finding: aligned in its encoding, valid, as random as its detector asks, and the
// marking that it asks for.
//
// The matcher of the data plane and the compiler's own scanner both call it, so that they agree. Thread: pure.
// Allocates: never.
#pragma once

#include "base/byte_view.h"
#include "rules/evaluate/alignment.h"
#include "rules/model/marking.h"
#include "rules/model/pattern.h"
#include "rules/model/rule.h"

namespace sluice::evaluate {

// A hit and what stands round it. `bytes` holds what is known before it and, behind it, as much as there is up to
// kConfirmAhead.
struct HitText {
  ByteView bytes;
  size_t end = 0;           // of the match, in `bytes`
  bool from_start = false;  // `bytes` begins where the text does
  bool complete = true;     // no more can follow behind them, or kConfirmAhead bytes do already
};

struct Confirmation {
  bool stands = false;
  bool alignment_known = true;
  uint32_t length = 0;  // bytes of the match; 0: its beginning is not known
  uint64_t value = 0;   // hash of what was matched, the same in UTF-16 as in ASCII; of its last bytes where `length` is 0
  uint32_t ahead = 0;   // bytes behind the match that were needed to tell: the hit counts as ending there
  uint32_t behind = 0;  // bytes before that end that are no part of the value, such as the space that ended a number
  bool needs_more = false;  // what follows will tell; `stands` means nothing yet. Only where the detector asks for a marking
  model::Marking marking{};  // where the detector asks for one; with its nation alone where its words could not be read
};

// As much before a hit's end as any check looks at.
inline constexpr size_t kConfirmWindow = kAlignmentWindow;
// As much behind it. Before the hit of a marking, so much less is needed.
inline constexpr size_t kConfirmAhead = 160;

// `window` is what stands before the end of the match, the match included; `from_start` says that it reaches back to the
// beginning of the text. A window that is too short to tell lets the hit stand, with alignment_known false.
Confirmation Confirm(const model::Pattern& pattern, const model::Detector& detector, ByteView window, bool from_start) noexcept;
Confirmation Confirm(const model::Pattern& pattern, const model::Detector& detector, const HitText& hit) noexcept;

}  // namespace sluice::evaluate
