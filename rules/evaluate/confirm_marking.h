// ConfirmMarking: whether the bytes round a hit read as the marking that its detector asks for.
//
// The second half of Confirm, for detectors with `marking`. Thread: pure, after text::PrepareCharacters. Allocates: never.
#pragma once

#include "rules/evaluate/confirm.h"
#include "rules/model/marking.h"

namespace sluice::evaluate {

// `confirmed`: what Confirm says of the hit by itself; it stands. REQUIRES: filter.nation is one.
Confirmation ConfirmMarking(const model::Pattern& pattern, const model::MarkingFilter& filter, const HitText& hit, const Confirmation& confirmed) noexcept;

}  // namespace sluice::evaluate
