// RunningAppliance: the data plane as the API and the main thread share it: one publication at a time, counters for anyone.
//
// Thread: any; Publish waits for the one before. Allocates: yes. Gone before the data plane stops.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "control/api/appliance.h"
#include "dataplane/runtime/dataplane.h"

namespace sluice::daemon {

class RunningAppliance final : public api::Appliance {
 public:
  RunningAppliance(runtime::DataPlane& data_plane, bool is_inline, std::string policy_digest);

  // As DataPlane::Publish.
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy);

  api::ApplianceState State() const override;
  std::string Statistics() const override;
  pipeline::Totals Counters() const override { return data_plane_.Snapshot(); }

 private:
  runtime::DataPlane& data_plane_;
  std::mutex publishing_;
  mutable std::mutex mutex_;  // guards state_
  api::ApplianceState state_;
};

}  // namespace sluice::daemon
