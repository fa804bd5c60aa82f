// Target: where policies are put in force. The daemon has the running data plane, tests have their own.
//
// Thread: any; one call at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "rules/bundle/bundle.h"

namespace sluice::deploy {

class Target {
 public:
  virtual ~Target() = default;
  // The generation, once every worker uses it for new flows. An error: the policy before it is in force.
  virtual Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy) = 0;
};

}  // namespace sluice::deploy
