// The counters of workers, ports and record rings, added up into the documented statistics.
//
// Thread: control; reads what workers write. Allocates: yes (cold).
#pragma once

#include <memory>
#include <vector>

#include "dataplane/event/record_ring.h"
#include "dataplane/pipeline/rule_costs.h"
#include "dataplane/pipeline/totals.h"
#include "dataplane/port/port.h"
#include "dataplane/worker/worker_group.h"

namespace sluice::runtime {

// elapsed_seconds is left to the caller.
pipeline::Totals AddUp(const worker::WorkerGroup& workers, const std::vector<std::unique_ptr<port::Port>>& ports);
void AddRecords(const std::vector<std::unique_ptr<event::RecordRing>>& rings, pipeline::Totals& totals);
void AddRules(const pipeline::RuleCosts& costs, pipeline::Totals& totals);
void AddEvidence(const event::EvidenceRoom& room, pipeline::Totals& totals);

}  // namespace sluice::runtime
