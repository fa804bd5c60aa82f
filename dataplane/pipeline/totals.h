// Totals: the statistics of all pipelines and intakes of a run added up, and their documented form as one JSON object.
//
// `coverage` is where the law shows: inspected + decoded + each reason = bytes received. Thread: cold; reads counters that
// workers write. Allocates: yes. Source of the names: docs/records.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataplane/content/fate.h"
#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/latency.h"
#include "dataplane/pipeline/statistics.h"

namespace sluice::pipeline {

// What a rule's hits took, on all workers (RuleCosts).
struct RuleSeconds {
  uint64_t hits = 0, confirmed = 0;
  double seconds = 0;
};

struct Totals {
  uint64_t packets = 0, bytes = 0, flows = 0, findings = 0, anomalies = 0;
  content::FateBytes fates{};
  std::map<std::string, uint64_t> drops;     // reason: packets
  std::map<std::string, uint64_t> counters;  // every other one by its name
  double elapsed_seconds = 0;
  std::vector<double> worker_busy_seconds;
  std::vector<uint64_t> worker_stalls;       // that control has seen, for each thread of a live run
  std::map<std::string, LatencyCounts> added_latency;  // of sampled packets, by the port that they left by; inline only
  std::map<std::string, RuleSeconds> rules;  // of a live run, those that had hits
  std::vector<uint64_t> records_waiting;     // on their way to the files, for each thread of a live run

  void Add(const IntakeStatistics& statistics);
  void Add(const Statistics& statistics);
  // Bytes that have a fate; equal to `bytes` when every packet has come out.
  uint64_t AccountedBytes() const;
};

std::string ToJson(const Totals& totals);

}  // namespace sluice::pipeline
