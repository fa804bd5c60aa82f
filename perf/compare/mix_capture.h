// Mix: captures as they were taken, one after the other and again, as one long capture.
//
// Thread: one. Failure: a sentence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::perf {

// Each round lies an hour behind the one before, so that no conversation goes on in the next. Stops after the round in which `bytes` were
// reached. Frames of other links than Ethernet are left out.
Status WriteMix(const std::vector<std::string>& captures, uint64_t bytes, const std::string& output);

}  // namespace sluice::perf
