#include <thread>

#include "control/incident/incident_recorder.h"
#include "dataplane/runtime/record_writer.h"
#include "perf/control/measured.h"

namespace sluice::perf {
namespace {

// As a worker fills it: about 900 bytes as JSON.
void Fill(uint64_t number, uint64_t subjects, Timestamp now, event::Record& record) {
  const uint64_t subject = number % subjects;
  const uint8_t client[4] = {10, static_cast<uint8_t>(subject >> 16), static_cast<uint8_t>(subject >> 8), static_cast<uint8_t>(subject)};
  const uint8_t server[4] = {192, 0, 2, 10};
  record.time = now;
  record.flow.src = packet::IpAddress::FromV4(client);
  record.flow.dst = packet::IpAddress::FromV4(server);
  record.flow.dst_port = 443;
  record.flow.transport = packet::Transport::kTcp;
  record.flow.app = "http";
  event::Finding& finding = record.body.finding;
  finding.rule.Assign("cn.state-secret.mark");
  finding.object.name.Assign("报告.docx");
  event::AppendPathElement(finding.object, "http.request.body");
  finding.match.masked.Assign("机*★1**");
  finding.explain.Assign("2 hits of cn.secret.ten-years");
  finding.incident = number;
}

// The worker's side: `rate` a second in steps of a millisecond, and what that takes of its processor.
struct Produced {
  uint64_t findings = 0;
  double processor_seconds = 0, wall_seconds = 0;
};
Produced Produce(event::RecordRing& ring, const StormOptions& options) {
  Produced produced;
  const double begun = WallSeconds();
  const uint64_t all = options.rate * options.seconds;
  while (produced.findings < all) {
    const auto due = static_cast<uint64_t>((WallSeconds() - begun) * static_cast<double>(options.rate));
    const Timestamp now = Timestamp::FromNanoseconds(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
    const double before = ProcessorSecondsOf(CLOCK_THREAD_CPUTIME_ID);
    for (; produced.findings < std::min(due, all); ++produced.findings) {
      event::Record* record = ring.Claim(event::RecordKind::kFinding);
      if (record == nullptr) continue;
      Fill(produced.findings, options.subjects, now, *record);
      ring.Publish();
    }
    produced.processor_seconds += ProcessorSecondsOf(CLOCK_THREAD_CPUTIME_ID) - before;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  produced.wall_seconds = WallSeconds() - begun;
  return produced;
}

uint64_t FindingsIn(const incident::IncidentStore& store, uint64_t& incidents) {
  uint64_t findings = 0;
  incident::IncidentId from = 0;
  do {
    const auto page = store.List({}, from, 1000);
    if (!page.ok()) Stop(page.error().message());
    for (const incident::Incident& incident : page->incidents) findings += incident.findings;
    incidents += page->incidents.size();
    from = page->next;
  } while (from != 0);
  return findings;
}

}  // namespace

void MeasureStorm(const StormOptions& options) {
  const WorkFolder folder(options.folder);
  incident::StoreOptions stored_in;
  stored_in.path = folder.File("incidents.db");
  auto store = incident::IncidentStore::Open(stored_in);
  if (!store.ok()) Stop(store.error().message());
  auto recorder = std::make_unique<incident::IncidentRecorder>(**store, incident::RecorderOptions{});
  runtime::OutputOptions output;
  output.findings = folder.File("findings.jsonl");
  auto writer = runtime::RecordWriter::Open(output, 1, runtime::TableOptions{}.records);
  if (!writer.ok()) Stop(writer.error().message());
  (*writer)->SetPolicy(0, std::string(64, 'a'));
  (*writer)->SetObserver(recorder.get());
  (*writer)->Start();

  const double before = ProcessorSecondsOf(CLOCK_PROCESS_CPUTIME_ID);
  const Produced produced = Produce(*(*writer)->ring(0), options);
  const double produced_all = ProcessorSecondsOf(CLOCK_PROCESS_CPUTIME_ID) - before;
  const uint64_t lost_in_ring = (*writer)->ring(0)->lost().value(event::RecordKind::kFinding);
  const double stopping = WallSeconds();
  if (Status stopped = (*writer)->Stop(); !stopped) Stop(stopped.error().message());
  const incident::RecorderCounters& counters = recorder->counters();
  const uint64_t taken = counters.incident_findings, lost = counters.incident_findings_lost;
  const uint64_t commits_before = counters.incident_commits;
  recorder.reset();  // commits what waits
  const double behind = WallSeconds() - stopping;
  uint64_t incidents = 0;
  const uint64_t stored = FindingsIn(**store, incidents);

  const double made = static_cast<double>(produced.findings);
  std::printf("storm: %lu findings in %.1f s (%.0f a second) about %lu subjects\n", produced.findings, produced.wall_seconds, made / produced.wall_seconds,
              options.subjects);
  std::printf("  the worker's side: %.0f ns a finding, %.2f %% of its processor\n", produced.processor_seconds * 1e9 / made,
              100 * produced.processor_seconds / produced.wall_seconds);
  std::printf("  the cold threads together: %.0f %% of a processor; all on disk %.2f s after the last finding\n",
              100 * (produced_all - produced.processor_seconds) / produced.wall_seconds, behind);
  std::printf("  grouped into %lu incidents by %lu commits: %lu findings stored\n", incidents, commits_before + 1, stored);
  std::printf("  lost: %lu in the ring, %lu for want of groups; unaccounted for: %ld\n", lost_in_ring, lost,
              static_cast<long>(produced.findings) - static_cast<long>(stored + lost + lost_in_ring));
  if (taken != stored) std::printf("  taken but not stored: %ld\n", static_cast<long>(taken) - static_cast<long>(stored));
}

}  // namespace sluice::perf
