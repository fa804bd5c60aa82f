// Confirm: whether a hit of a pattern is a finding: aligned in its encoding, valid, and as random as its detector asks.
//
// The matcher of the data plane and the compiler's own scanner both call it, so that they agree. Thread: pure.
// Allocates: never.
#pragma once

#include "base/byte_view.h"
#include "rules/evaluate/alignment.h"
#include "rules/model/pattern.h"
#include "rules/model/rule.h"

namespace sluice::evaluate {

struct Confirmation {
  bool stands = false;
  bool alignment_known = true;
  uint32_t length = 0;  // bytes of the match; 0: its beginning is not known
  uint64_t value = 0;   // hash of what was matched, the same in UTF-16 as in ASCII; of its last bytes where `length` is 0
  uint32_t behind = 0;  // bytes at the match's end that are no part of the value, such as the space that ended a number
};

// As much before a hit's end as any check looks at.
inline constexpr size_t kConfirmWindow = kAlignmentWindow;

// `window` is what stands before the end of the match, the match included; `from_start` says that it reaches back to the
// beginning of the text. A window that is too short to tell lets the hit stand, with alignment_known false.
Confirmation Confirm(const model::Pattern& pattern, const model::Detector& detector, ByteView window, bool from_start) noexcept;

}  // namespace sluice::evaluate
