// Exposition: all counters as Prometheus text, made when somebody asks. prometheus-cpp writes the format.
//
// Thread: any. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/metrics/rule_tally.h"
#include "dataplane/pipeline/totals.h"

namespace sluice::metrics {

// A counter or gauge of the control plane; its name is in the catalogue.
struct Count {
  std::string name;
  uint64_t value = 0;
  std::string label = {}, of = {};  // which one of several: {"receiver", "siem"}; empty: there is one
};

inline constexpr char kTextType[] = "text/plain; version=0.0.4; charset=utf-8";

std::string Write(const pipeline::Totals& totals, std::span<const Count> control, std::span<const RuleTally::Entry> rules);

}  // namespace sluice::metrics
