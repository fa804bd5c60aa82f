// WorkerGroup: all threads of a run, from their making to their orderly end.
//
// Thread: control. Allocates: in Create and Publish. Failure: Create says which part did not fit; Publish and Stop name the
// thread that does not answer.
#pragma once

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/event/record_sink.h"
#include "dataplane/port/packet_pool.h"
#include "dataplane/worker/worker.h"

namespace sluice::worker {

struct WorkerGroupOptions {
  WiringOptions wiring;
  pipeline::IntakeOptions intake;
  pipeline::PipelineOptions pipeline;
  std::vector<int> processors;      // for each thread; none: where the system likes
  size_t max_held_packets = 0;      // by intake and pipeline of one thread
  bool sleep_when_idle = false;
};

class WorkerGroup {
 public:
  using Timeout = std::chrono::milliseconds;

  // One sink for each thread of the wiring, workers first. REQUIRES: ports are started before Start; ports, pool and sinks
  // outlive it.
  static Result<std::unique_ptr<WorkerGroup>> Create(Wiring wiring, const WorkerGroupOptions& options, const port::PacketPool& pool,
                                                     std::shared_ptr<const bundle::Bundle> policy,
                                                     const std::vector<event::RecordSink*>& sinks);
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  Status Start();
  // Returns the generation once every thread has acknowledged it; then the old policy is let go. Where a worker could not
  // adopt it, or does not answer in time, all go back to the one before and that is the error.
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy, Timeout timeout);
  // Returns once every thread holds it back; the set before is let go then. May run beside Publish, and not beside itself.
  Status HoldBack(std::shared_ptr<const verdict::QuarantineSet> quarantine, Timeout timeout);
  // From now on objects that begin are judged by this policy as well, without effect; nullptr: by none. REQUIRES, with a policy: none is
  // tried. An error: none is. Not beside itself or Publish.
  Status Try(std::shared_ptr<const bundle::Bundle> policy, Timeout timeout);
  // What it would have done differently so far; empty where none is tried. Not beside Try.
  pipeline::ShadowReport TrialReport() const;
  // What belongs to that worker is overload from now on, or is not any more. Any thread.
  void SetStalled(uint16_t worker, bool stalls) noexcept { wiring_.SetStalled(worker, stalls); }
  // After this no thread runs and every packet is back in the pool. An error leaves threads running: end the process.
  Status Stop(Timeout timeout);

  size_t size() const { return workers_.size(); }
  const Worker& worker(size_t thread) const { return *workers_[thread]; }
  // What was published last.
  uint32_t generation() const { return publications_.back()->generation; }
  const bundle::Bundle& policy() const { return *publications_.back()->policy; }

 private:
  WorkerGroup(Wiring wiring, const WorkerGroupOptions& options) : wiring_(std::move(wiring)), options_(options) {}
  Status CreateWorkers(const port::PacketPool& pool, const std::vector<event::RecordSink*>& sinks);
  Status StartThread(size_t thread);
  Status Announce(std::shared_ptr<const bundle::Bundle> policy);
  Status AwaitAcknowledgement(Timeout timeout) const;
  Status AskWhoRefused() const;
  void FreeOldPublications();
  Status AwaitPhase(Phase phase, Timeout timeout) const;

  Wiring wiring_;
  const WorkerGroupOptions options_;
  ControlWords control_;
  std::vector<std::unique_ptr<Publication>> publications_;  // the last one is in force
  std::vector<std::shared_ptr<const verdict::QuarantineSet>> quarantines_;  // the last one is in force
  std::vector<std::unique_ptr<ShadowPublication>> shadows_;  // the last one is in use
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::worker
