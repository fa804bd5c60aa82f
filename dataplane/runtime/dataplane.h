// DataPlane: the one door between control and packets: start, publish a policy, look at the counters, stop.
//
// Thread: control (one thread). Allocates: yes (cold). Failure: Start says which port, file or table, and leaves nothing open;
// Stop says which thread does not end. Workers meet control in a few places only: the publications, the stop phases, statistics
// and the record rings (dataplane/worker/exchange.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataplane/event/record_observer.h"
#include "dataplane/pipeline/shadow_report.h"
#include "dataplane/pipeline/totals.h"
#include "dataplane/runtime/options.h"
#include "dataplane/verdict/quarantine_set.h"
#include "rules/bundle/bundle.h"

namespace sluice::runtime {

class DataPlane {
 public:
  // Packets run when it returns. One at a time in a process, and DPDK cannot be started again after the last one is gone.
  // `observer` sees each finding that is written; it may be null, and outlives Stop. `held` is held back from the first packet on; it
  // may be null, and is made for ThreadsOf(options).
  static Result<std::unique_ptr<DataPlane>> Start(const DataPlaneOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                  event::RecordObserver* observer = nullptr,
                                                  std::shared_ptr<const verdict::QuarantineSet> held = nullptr);
  // Threads that may drop under a quarantine: what a set is made for.
  static size_t ThreadsOf(const DataPlaneOptions& options) { return size_t{options.workers.count} + 1; }
  // Stops, if that was not done; ends the process where workers are stuck.
  ~DataPlane();

  // The generation, once every worker uses it for new flows. An error: the policy before it is in force.
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy);
  // Objects that begin from now on are judged by this policy as well, which has no effect but a report; nullptr: by none. Not beside
  // itself or Publish.
  Status Try(std::shared_ptr<const bundle::Bundle> policy);
  pipeline::ShadowReport TrialReport() const;
  // What is held back from now on, once every worker does. May run beside Publish, and not beside itself.
  Status HoldBack(std::shared_ptr<const verdict::QuarantineSet> quarantine);
  // Carries link state across inline pairs. Call about five times a second.
  void WatchLinks();
  // A sentence for each file that records cannot be written to at the moment. Any thread.
  std::vector<std::string> Faults() const;
  // Of each thread, workers first: a count that goes up every 10 ms while it goes round. REQUIRES: Stop was not called.
  std::vector<uint64_t> Heartbeats() const;
  // Control has found that this thread stalls, or goes on: where it is a worker that others hand packets to, the policy's fail mode for
  // overload has them at once. Any thread.
  void SetStalled(size_t thread, bool stalls);
  // Whether the calling thread forwards packets.
  static bool OwnsThisThread() noexcept;
  // All counters so far. While packets run, bytes on their way have no fate yet; after Stop the sums agree.
  pipeline::Totals Snapshot() const;
  // Receives no more, lets what is held out, ends all flows, writes all records, closes the ports.
  Status Stop();

  // For people, a line each: ports and their places, workers, memory.
  std::vector<std::string> Describe() const;

 private:
  struct Impl;
  explicit DataPlane(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::runtime
