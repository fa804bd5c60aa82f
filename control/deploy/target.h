// Target: where policies are put in force. The daemon has the running data plane, tests have their own.
//
// Thread: any; one call at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "dataplane/pipeline/shadow_report.h"
#include "rules/bundle/bundle.h"

namespace sluice::deploy {

class Target {
 public:
  virtual ~Target() = default;
  // The generation, once every worker uses it for new flows. An error: the policy before it is in force.
  virtual Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy) = 0;
  // From now on traffic is judged by it as well, without effect; nullptr: by none. REQUIRES, with a policy: none is tried. An error: none is.
  virtual Status Try(std::shared_ptr<const bundle::Bundle> policy) = 0;
  // What the tried policy would have done differently so far.
  virtual pipeline::ShadowReport TrialReport() = 0;
};

}  // namespace sluice::deploy
