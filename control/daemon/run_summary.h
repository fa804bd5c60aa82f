// The few lines that a run ends with: packets, bytes, findings, and the coverage with its sum.
//
// Thread: pure. Allocates: yes.
#pragma once

#include <string>

#include "dataplane/pipeline/totals.h"

namespace sluice::daemon {

std::string Summarise(const pipeline::Totals& totals);

}  // namespace sluice::daemon
