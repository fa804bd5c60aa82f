// The catalogue of metrics: what kind each counter is and what it means, by its documented name.
//
// A counter NAME of the statistics or of the control plane is the metric sluice_NAME_total, a gauge or histogram sluice_NAME. docs/metrics.md is
// written from this table; a test asks a running appliance for what it exposes and holds the two against each other.
// Thread: constant data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::metrics {

enum class Kind : uint8_t { kCounter, kGauge, kHistogram };

struct Description {
  Kind kind = Kind::kCounter;
  std::string meaning;  // one sentence without a stop; empty: nobody has described it
};

// The entry of that very name, or of the family that the name begins with.
Description Describe(std::string_view name);

}  // namespace sluice::metrics
