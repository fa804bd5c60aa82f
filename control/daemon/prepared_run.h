// PreparedRun: a configuration and its policy, read and checked: what `check` reports and `run` starts from.
//
// Thread: main. Allocates: yes. Failure: everything that is wrong is in `report`, ready to print.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/config/configuration.h"
#include "rules/bundle/bundle.h"

namespace sluice::daemon {

struct PreparedRun {
  std::optional<config::Configuration> configuration;
  bundle::TrustedKeys trusted;  // whoever signs a policy for this configuration; none: anybody
  std::shared_ptr<const bundle::Bundle> policy;
  std::string report;  // errors and warnings, a line or more each; empty when there are none
  bool unusable = false;           // a file that it names is not what it must be
  std::vector<std::string> stale;  // what was good once, and has expired: no reason not to start, since packets must run

  bool ok() const { return configuration.has_value() && policy != nullptr && !unusable; }
};

PreparedRun Prepare(const std::string& configuration_path);

// "policy 3fe0…: 12 rules, 9 detectors" and its fail modes, for people.
std::string DescribePolicy(const bundle::Bundle& policy);
std::string DescribeFailModes(const bundle::Bundle& policy);

}  // namespace sluice::daemon
