// What a record costs: the worker's side (claim, fill, publish) and the cold thread's (one line of JSON).
#include <benchmark/benchmark.h>

#include "dataplane/event/json_writer.h"
#include "dataplane/event/record_ring.h"

namespace sluice::event {
namespace {

void Fill(Record& record) {
  const uint8_t address[4] = {192, 0, 2, 10};
  record.time = Timestamp::FromNanoseconds(1'700'000'000'000'000'042);
  record.flow.src = record.flow.dst = packet::IpAddress::FromV4(address);
  record.flow.transport = packet::Transport::kTcp;
  record.flow.app = "http";
  if (record.kind == RecordKind::kFlow) {
    record.body.flow.host.Assign("files.example.com");
    record.body.flow.reason = FlowEnd::kClosed;
    record.body.flow.fates[0] = 123456;
  } else {
    record.body.finding.rule.Assign("cn.secret");
    record.body.finding.object.name.Assign("报告.docx");
    AppendPathElement(record.body.finding.object, "http.request.body");
    record.body.finding.match.masked.Assign("机*★1**");
    record.body.finding.explain.Assign("2 hits of cn.secret.ten-years");
  }
}

void RingClaimFillPublish(benchmark::State& state) {
  RecordRing ring(4096);
  for (auto _ : state) {
    Record* record = ring.Claim(static_cast<RecordKind>(state.range(0)));
    Fill(*record);
    ring.Publish();
    benchmark::DoNotOptimize(ring.Front());
    ring.Pop();
  }
}

void WriteJson(benchmark::State& state) {
  Record record;
  Reset(record, static_cast<RecordKind>(state.range(0)));
  Fill(record);
  JsonWriter writer;
  writer.SetPolicy(0, std::string(64, 'a'));
  std::string line;
  for (auto _ : state) {
    line.clear();
    writer.Append(record, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(line.size()));
}

BENCHMARK(RingClaimFillPublish)->Arg(static_cast<int>(RecordKind::kFinding))->Arg(static_cast<int>(RecordKind::kFlow));
BENCHMARK(WriteJson)->Arg(static_cast<int>(RecordKind::kFinding))->Arg(static_cast<int>(RecordKind::kFlow));

}  // namespace
}  // namespace sluice::event
