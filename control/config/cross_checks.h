// CheckWhole: what no single key can be wrong about: ports that are named and do not exist, are used twice or not at all, queues
// and processors that do not go with the workers, two ports on one device. Fills in the places of the ports.
//
// Thread: pure. Failure: diagnostics.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/config/configuration.h"
#include "rules/syntax/diagnostic.h"

namespace sluice::config {

// Names and positions, as they were written, of what the checks are about.
struct Places {
  struct Pair {
    syntax::Position at;
    std::vector<syntax::Located<std::string>> ports;
    bool propagate_link = true;
  };
  syntax::Position ports;
  std::vector<syntax::Position> port_names;  // as DataPlaneOptions::ports
  std::vector<Pair> pairs;
  std::vector<syntax::Located<std::string>> taps;
  std::optional<syntax::Located<std::string>> response_port, quarantine_port;
  std::vector<syntax::Located<uint64_t>> processors;
  syntax::Position huge_pages;
};

void CheckWhole(const Places& places, Configuration& configuration, syntax::Diagnostics& diagnostics);

}  // namespace sluice::config
