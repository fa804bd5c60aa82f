// Appliance: what the API can ask of the running data plane. The daemon has the real one, tests have their own.
//
// Thread: any. Allocates: yes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dataplane/pipeline/totals.h"

namespace sluice::api {

struct ApplianceState {
  bool forwards = false;      // packets run
  bool is_inline = false;
  Timestamp started;
  std::string policy_digest;
  uint32_t generation = 0;
};

class Appliance {
 public:
  virtual ~Appliance() = default;
  virtual ApplianceState State() const = 0;
  // One JSON object, docs/schema/stats.schema.json.
  virtual std::string Statistics() const = 0;
  // The same before they are text.
  virtual pipeline::Totals Counters() const = 0;
  // What is wrong with it now, a sentence each.
  virtual std::vector<std::string> Alarms() const { return {}; }
};

}  // namespace sluice::api
