// Configuration: what `sluice.yaml` says, checked and complete.
//
// Thread: value type. docs/configuration.md describes each key; schema.h is where both come from.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/runtime/options.h"
#include "rules/bundle/signature_sets.h"

namespace sluice::config {

// Who may use the API, as the system names that user.
struct ControlUser {
  std::string name, role;
};

// What the control plane keeps, for how long, and who may work with it.
struct ControlOptions {
  std::string directory;
  std::string socket;               // of the API
  std::vector<ControlUser> users;   // besides root
  std::chrono::minutes incident_window{10};
  std::chrono::hours keep_incidents{0};
  uint64_t incident_bytes = 0;
  std::chrono::minutes quarantine_time{0};  // of a rule's quarantine; zero: until somebody releases it
};

struct Configuration {
  std::string policy;                     // path of the compiled policy
  std::vector<std::string> trusted_keys;  // paths of public keys; none: any policy will do
  bundle::SignatureFiles signatures;      // registered documents that the policy asks for
  std::string ledger;                     // path; empty: none is kept
  runtime::DataPlaneOptions data_plane;
  std::optional<ControlOptions> control;  // nothing: records go to files, and nobody keeps incidents
};

}  // namespace sluice::config
