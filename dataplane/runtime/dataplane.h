// DataPlane: the one door between control and packets: start, publish a policy, look at the counters, stop.
//
// Thread: control (one thread). Allocates: yes (cold). Failure: Start says which port, file or table, and leaves nothing open;
// Stop says which thread does not end. Workers meet control in four places only: the publication, the stop phases, statistics
// and the record rings (dataplane/worker/exchange.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataplane/event/record_observer.h"
#include "dataplane/pipeline/totals.h"
#include "dataplane/runtime/options.h"
#include "rules/bundle/bundle.h"

namespace sluice::runtime {

class DataPlane {
 public:
  // Packets run when it returns. One at a time in a process, and DPDK cannot be started again after the last one is gone.
  // `observer` sees each finding that is written; it may be null, and outlives Stop.
  static Result<std::unique_ptr<DataPlane>> Start(const DataPlaneOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                  event::RecordObserver* observer = nullptr);
  // Stops, if that was not done; ends the process where workers are stuck.
  ~DataPlane();

  // The generation, once every worker uses it for new flows. An error: the policy before it is in force.
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy);
  // Carries link state across inline pairs. Call about five times a second.
  void WatchLinks();
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
