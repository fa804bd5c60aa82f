#include "control/daemon/running_appliance.h"

#include <malloc.h>

#include <chrono>
#include <utility>

#include "control/daemon/crash_shelter.h"
#include "dataplane/pipeline/totals.h"

namespace sluice::daemon {

RunningAppliance::RunningAppliance(runtime::DataPlane& data_plane, const runtime::DataPlaneOptions& options, std::string policy_digest, std::shared_ptr<ledger::Ledger> account)
    : data_plane_(data_plane), account_(std::move(account)), watch_(options.workers.stall_after) {
  state_.forwards = true;
  state_.is_inline = !options.pairs.empty();
  state_.started = Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  state_.policy_digest = std::move(policy_digest);
  state_.generation = 1;
}

Result<uint32_t> RunningAppliance::Publish(std::shared_ptr<const bundle::Bundle> policy) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  if (account_ == nullptr && ledger::AsksWhatHasLeft(*policy)) {
    return Error(ErrorCode::kUnsupported, "the policy asks what has left, and the configuration names no 'ledger'");
  }
  const std::string digest(policy->digest());
  // The boards of the new policy are right before its first flow begins.
  const std::shared_ptr<const bundle::Bundle> before = account_ != nullptr ? account_->policy() : nullptr;
  if (account_ != nullptr) account_->Follow(policy);
  Result<uint32_t> generation = data_plane_.Publish(std::move(policy));
  // A policy is megabytes, and each thread that answers the API would keep what it freed of one. Workers allocate nothing.
  malloc_trim(0);
  if (!generation) {
    if (before != nullptr) account_->Follow(before);
    return generation;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.policy_digest = digest;
  state_.generation = *generation;
  return generation;
}

Status RunningAppliance::Try(std::shared_ptr<const bundle::Bundle> policy) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  return data_plane_.Try(std::move(policy));
}

pipeline::ShadowReport RunningAppliance::TrialReport() {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  return data_plane_.TrialReport();
}

api::ApplianceState RunningAppliance::State() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

bool RunningAppliance::WorkersGoRound(WorkerWatch::Clock::time_point now) {
  const bool all = watch_.Look(data_plane_.Heartbeats(), now);
  const std::vector<WorkerWatch::Thread> threads = watch_.Threads();
  for (size_t thread = 0; thread < threads.size(); ++thread) data_plane_.SetStalled(thread, threads[thread].stalls);
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.forwards = all;
  return all;
}

pipeline::Totals RunningAppliance::Counters() const {
  pipeline::Totals totals = data_plane_.Snapshot();
  uint64_t stalled = 0;
  for (const WorkerWatch::Thread& thread : watch_.Threads()) {
    totals.worker_stalls.push_back(thread.times);
    stalled += thread.stalls ? 1 : 0;
  }
  totals.counters["workers_stalled"] = stalled;
  totals.counters["control_crashes"] = CrashShelter::crashes();
  return totals;
}

std::vector<std::string> RunningAppliance::Alarms() const {
  std::vector<std::string> alarms = watch_.Alarms();
  for (std::string& fault : data_plane_.Faults()) alarms.push_back(std::move(fault));
  if (std::string crash = CrashShelter::Alarm(); !crash.empty()) alarms.push_back(std::move(crash));
  return alarms;
}

std::string RunningAppliance::Statistics() const { return ToJson(Counters()); }

}  // namespace sluice::daemon
