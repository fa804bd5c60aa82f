// Configuration: what `sluice.yaml` says, checked and complete.
//
// Thread: value type. docs/configuration.md describes each key; schema.h is where both come from.
#pragma once

#include <string>
#include <vector>

#include "dataplane/runtime/options.h"

namespace sluice::config {

struct Configuration {
  std::string policy;                     // path of the compiled policy
  std::vector<std::string> trusted_keys;  // paths of public keys; none: any policy will do
  runtime::DataPlaneOptions data_plane;
};

}  // namespace sluice::config
