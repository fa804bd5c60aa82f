// RunningAppliance: the data plane as the API and the main thread share it: one publication at a time, with the ledger in step; counters
// for anyone.
//
// Thread: any; Publish waits for the one before. Allocates: yes. Gone before the data plane stops.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "control/api/appliance.h"
#include "control/daemon/worker_watch.h"
#include "control/deploy/target.h"
#include "control/ledger/ledger.h"
#include "dataplane/runtime/dataplane.h"

namespace sluice::daemon {

class RunningAppliance final : public api::Appliance, public deploy::Target {
 public:
  // `account` may be null: none is kept.
  // `options` are those that the data plane was started with.
  RunningAppliance(runtime::DataPlane& data_plane, const runtime::DataPlaneOptions& options, std::string policy_digest, std::shared_ptr<ledger::Ledger> account);

  // As DataPlane::Publish. An error as well where the policy asks what has left, and no account is kept.
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy) override;
  Status Try(std::shared_ptr<const bundle::Bundle> policy) override;
  pipeline::ShadowReport TrialReport() override;

  api::ApplianceState State() const override;
  std::string Statistics() const override;
  pipeline::Totals Counters() const override;
  std::vector<std::string> Alarms() const override;

  // Main thread, a few times a second: true while every thread of the data plane goes round. Where one does not, packets for it go by
  // the fail mode.
  bool WorkersGoRound(WorkerWatch::Clock::time_point now);

 private:
  runtime::DataPlane& data_plane_;
  const std::shared_ptr<ledger::Ledger> account_;
  WorkerWatch watch_;
  std::mutex publishing_;
  mutable std::mutex mutex_;  // guards state_
  api::ApplianceState state_;
};

}  // namespace sluice::daemon
