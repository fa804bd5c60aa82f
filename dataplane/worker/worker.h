// Worker: one thread of the data plane, from its queues through its pipeline to the wire, run to completion.
//
// Each round: receive, take what others handed over, process, transmit; timers every 10 ms; a new policy between rounds. The
// distributor is a Worker without a pipeline. Never waits; where `sleep_when_idle` is set it sleeps when there is nothing to do.
// Thread: Run and everything it calls belong to one thread; words and statistics may be read by control.
// Allocates: in the constructor only.
#pragma once

#include <memory>
#include <vector>

#include "dataplane/pipeline/pipeline.h"
#include "dataplane/worker/exchange.h"
#include "dataplane/worker/receiver.h"
#include "dataplane/worker/transmitter.h"
#include "dataplane/worker/worker_clock.h"
#include "dataplane/worker/worker_statistics.h"

namespace sluice::worker {

struct WorkerParts {
  std::unique_ptr<pipeline::Intake> intake;
  std::unique_ptr<pipeline::Pipeline> pipeline;  // nullptr: a distributor
  rte_mempool* pool = nullptr;
  size_t max_held_packets = 0;                   // by intake and pipeline together
  bool sleep_when_idle = false;
};

class Worker {
 public:
  Worker(Wiring& wiring, uint16_t thread, const ControlWords& control, WorkerParts parts);

  // Returns after Phase::kEnd. REQUIRES: the calling thread is registered with DPDK.
  void Run() noexcept;
  // Whether the calling thread is in Run.
  static bool RunsOnThisThread() noexcept;

  // By control, at any time: a policy made ready for this worker; empty for a distributor.
  Result<pipeline::PolicyState> PreparePolicy(const std::shared_ptr<const bundle::Bundle>& policy, uint32_t generation) const;

  Result<std::unique_ptr<pipeline::Shadow>> PrepareShadow(const std::shared_ptr<const pipeline::ShadowPlan>& plan, uint32_t generation) const;

  const WorkerWords& words() const noexcept { return words_; }
  const WorkerStatistics& statistics() const noexcept { return statistics_; }
  const pipeline::IntakeStatistics& intake_statistics() const noexcept { return receiver_.intake_statistics(); }
  double BusySeconds() const noexcept;
  // Of the processor's time stamp counter.
  static double SecondsOf(uint64_t cycles) noexcept;
  // nullptr for a distributor.
  const pipeline::Statistics* pipeline_statistics() const noexcept { return pipeline_ ? &pipeline_->statistics() : nullptr; }

 private:
  size_t Round() noexcept;
  size_t TakeInbox() noexcept;
  void Process() noexcept;
  void SendRecycledHome() noexcept;
  void Tick(uint64_t cycles) noexcept;
  void LookForPolicy() noexcept;
  void TakeShadow(const ShadowPublication& shadow) noexcept;
  void TakeQuarantine(const verdict::QuarantineSet& quarantine) noexcept;
  void Enter(Phase phase) noexcept;
  void DrainPipeline() noexcept;
  void EmptyRings() noexcept;

  Wiring& wiring_;
  const uint16_t thread_;
  const ControlWords& control_;
  const bool sleep_when_idle_;
  const uint64_t tick_cycles_;

  WorkerStatistics statistics_;
  WorkerWords words_;
  WorkerClock clock_;
  Transmitter transmitter_;
  Receiver receiver_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_;
  std::vector<packet::Packet*> batch_;
  std::vector<packet::Packet*> recycled_;
  const Publication* publication_ = nullptr;
  const verdict::QuarantineSet* quarantine_ = nullptr;
  const ShadowPublication* shadow_ = nullptr;
  model::FailMode overload_ = model::FailMode::kClosed;
  Phase phase_ = Phase::kRun;
  Timestamp now_;
  uint64_t next_tick_ = 0;
  uint32_t idle_rounds_ = 0;
};

}  // namespace sluice::worker
