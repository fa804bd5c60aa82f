// Plan: how many buffers, how much memory and which processors a run needs, worked out before anything is opened.
//
// Thread: pure. Allocates: yes (cold path). Failure: says what does not go together and what to change.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "dataplane/runtime/options.h"

namespace sluice::runtime {

// The ports that have a place, in the order of DataPlaneOptions::ports, as the data plane numbers them.
struct PlannedPort {
  port::PortOptions options;
  int peer = -1;          // of a pair; an index into Plan::ports
  bool receives = true;
  uint16_t rx_queues = 1;
};

struct Plan {
  std::vector<PlannedPort> ports;
  int response_port = -1, quarantine_port = -1;  // indices into ports
  uint16_t threads = 1;    // workers, and a distributor where one is needed
  uint32_t packets = 0;    // buffers
  uint32_t megabytes = 0;  // for them and for rings
  uint32_t max_frame_bytes = 0;
};

// Errors: memory.megabytes is less than the tables need.
Result<Plan> MakePlan(const DataPlaneOptions& options);

// One processor for each thread. `allowed`: those that the process may use, ascending. Where none are asked for, the first one
// comes last, since most of what else runs is there; threads share where there are not enough.
Result<std::vector<int>> ChooseProcessors(const std::vector<int>& asked, const std::vector<int>& allowed, uint16_t threads);
std::vector<int> AllowedProcessors();

}  // namespace sluice::runtime
