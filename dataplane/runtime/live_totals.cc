#include "dataplane/runtime/live_totals.h"

#include <string>

namespace sluice::runtime {
namespace {

using worker::WorkerCounter;

// Counters of frames that did not go on, by the reason under which `drops` shows them.
constexpr WorkerCounter kDrops[] = {WorkerCounter::kSegmentedFrames, WorkerCounter::kOverloadDropped, WorkerCounter::kTransmitFull,
                                    WorkerCounter::kTransmitRingFull, WorkerCounter::kTransmitTooLong};

void AddWorker(const worker::WorkerStatistics& statistics, pipeline::Totals& totals) {
  // Frames that never met an intake are received all the same.
  totals.packets += statistics.counters.value(WorkerCounter::kSegmentedFrames);
  totals.bytes += statistics.segmented_bytes.value();
  for (size_t i = 0; i < content::kFates; ++i) totals.fates[i] += statistics.fates.value(static_cast<content::Fate>(i));
  for (size_t i = 0; i < static_cast<size_t>(WorkerCounter::kCount); ++i) {
    const auto counter = static_cast<WorkerCounter>(i);
    totals.counters["worker_" + std::string(Name(counter))] += statistics.counters.value(counter);
  }
  for (const WorkerCounter counter : kDrops) {
    if (const uint64_t count = statistics.counters.value(counter); count > 0) totals.drops[std::string(Name(counter))] += count;
  }
}

void AddPort(const port::Port& port, size_t number, const worker::WorkerGroup& workers, pipeline::Totals& totals) {
  const std::string prefix = "port_" + port.options().name + "_";
  pipeline::LatencyCounts latency;
  for (size_t thread = 0; thread < workers.size(); ++thread) {
    workers.worker(thread).statistics().latency[number].AddTo(latency);
    const worker::PortTraffic& traffic = workers.worker(thread).statistics().ports[number];
    totals.counters[prefix + "rx_packets"] += traffic.rx_packets.value();
    totals.counters[prefix + "rx_bytes"] += traffic.rx_bytes.value();
    totals.counters[prefix + "tx_packets"] += traffic.tx_packets.value();
    totals.counters[prefix + "tx_bytes"] += traffic.tx_bytes.value();
  }
  totals.added_latency[port.options().name] = latency;
  const port::DeviceCounters device = port.ReadCounters();
  totals.counters[prefix + "rx_missed"] = device.rx_missed;
  totals.counters[prefix + "rx_errors"] = device.rx_errors;
  totals.counters[prefix + "rx_no_buffer"] = device.rx_no_buffer;
  totals.counters[prefix + "tx_errors"] = device.tx_errors;
  totals.counters[prefix + "link_lost"] = device.link_lost;
}

}  // namespace

pipeline::Totals AddUp(const worker::WorkerGroup& workers, const std::vector<std::unique_ptr<port::Port>>& ports) {
  pipeline::Totals totals;
  for (size_t thread = 0; thread < workers.size(); ++thread) {
    const worker::Worker& worker = workers.worker(thread);
    totals.Add(worker.intake_statistics());
    if (const pipeline::Statistics* statistics = worker.pipeline_statistics()) totals.Add(*statistics);
    AddWorker(worker.statistics(), totals);
    totals.worker_busy_seconds.push_back(worker.BusySeconds());
  }
  for (size_t number = 0; number < ports.size(); ++number) AddPort(*ports[number], number, workers, totals);
  return totals;
}

void AddRecords(const std::vector<std::unique_ptr<event::RecordRing>>& rings, pipeline::Totals& totals) {
  for (const auto& ring : rings) totals.records_waiting.push_back(ring->size());
  for (size_t i = 0; i < static_cast<size_t>(event::RecordKind::kCount); ++i) {
    const auto kind = static_cast<event::RecordKind>(i);
    uint64_t written = 0, lost = 0;
    for (const auto& ring : rings) {
      written += ring->published().value(kind);
      lost += ring->lost().value(kind);
    }
    totals.counters["records_" + std::string(Name(kind))] = written;
    totals.counters["records_lost_" + std::string(Name(kind))] = lost;
  }
}

void AddRules(const pipeline::RuleCosts& costs, pipeline::Totals& totals) {
  for (const auto& [rule, cost] : costs.Sum()) {
    totals.rules[rule] = {cost.hits, cost.confirmed, worker::Worker::SecondsOf(cost.cycles)};
  }
}

void AddEvidence(const event::EvidenceRoom& room, pipeline::Totals& totals) {
  for (size_t i = 0; i < static_cast<size_t>(event::EvidenceCounter::kCount); ++i) {
    const auto counter = static_cast<event::EvidenceCounter>(i);
    uint64_t& count = totals.counters["evidence_" + std::string(Name(counter))];
    for (const auto& shelf : room.shelves()) count += shelf->counters().value(counter);
  }
}

}  // namespace sluice::runtime
