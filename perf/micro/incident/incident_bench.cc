// What findings cost the cold thread (grouping) and the one that commits them (a synced transaction of so many subjects).
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "control/incident/incident_store.h"

namespace sluice::incident {
namespace {

const std::string& Sample() {
  static const std::string kSample(1000, 'x');  // about what a finding takes as JSON
  return kSample;
}

void Fill(uint64_t number, event::Record& record) {
  const uint8_t client[4] = {10, static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  record.time = Timestamp::FromNanoseconds(1'000'000'000);
  record.flow.src = packet::IpAddress::FromV4(client);
  record.flow.dst_port = 443;
  record.flow.app = "http";
  record.body.finding.rule.Assign("cn.state-secret.mark");
  record.body.finding.object.name.Assign("plan.docx");
  record.body.finding.incident = number;
}

// Argument: subjects that the findings are about.
void BM_GroupFindings(benchmark::State& state) {
  event::Record record;
  event::Reset(record, event::RecordKind::kFinding);
  FindingBatch batch(1 << 20);
  uint64_t number = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    Fill(number % static_cast<uint64_t>(state.range(0)), record);
    benchmark::DoNotOptimize(batch.Add(record, Sample(), ""));
    if (++number % 5000 == 0) batch.Take();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_GroupFindings)->Arg(1)->Arg(1000)->Arg(1 << 20);

// Argument: subjects of a commit; each is new.
void BM_CommitSubjects(benchmark::State& state) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("sluice-incident-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  StoreOptions options;
  options.path = (folder / "incidents.db").string();
  auto store = IncidentStore::Open(options);
  if (!store.ok()) return state.SkipWithError("the store cannot be opened");
  event::Record record;
  event::Reset(record, event::RecordKind::kFinding);
  uint64_t number = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    FindingBatch batch(1 << 20);
    for (int64_t i = 0; i < state.range(0); ++i) {
      Fill(number++, record);
      batch.Add(record, Sample(), "");
    }
    if (!(*store)->Apply(batch.Take())) return state.SkipWithError("a commit failed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  (*store).reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(BM_CommitSubjects)->Arg(1)->Arg(100)->Arg(4096)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sluice::incident
