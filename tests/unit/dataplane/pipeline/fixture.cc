#include "tests/unit/dataplane/pipeline/fixture.h"

#include <cstdio>
#include <cstdlib>
#include <map>

#include "dataplane/event/json_writer.h"
#include "dataplane/packet/parse.h"
#include "rules/compile/compiler.h"

namespace sluice::test {
namespace {

std::string Printed(const packet::IpAddress& address, uint16_t port) { return packet::Format(address) + "/" + std::to_string(port); }

SeenFinding ToSeen(const event::Record& record) {
  const event::Finding& finding = record.body.finding;
  SeenFinding seen;
  seen.rule = finding.rule.view();
  seen.masked = finding.match.masked.view();
  seen.encoding = finding.match.encoding.view();
  seen.object_path = finding.object.path.view();
  seen.object_name = finding.object.name.view();
  seen.app = record.flow.app;
  seen.offset = finding.match.offset;
  seen.length = finding.match.length;
  seen.count = finding.count;
  seen.verdict = finding.verdict;
  seen.action = finding.action;
  seen.flow = Printed(record.flow.src, record.flow.src_port) + " " + Printed(record.flow.dst, record.flow.dst_port);
  return seen;
}

void TakeRecord(const event::Record& record, const event::JsonWriter& writer, Seen& seen) {
  if (record.kind == event::RecordKind::kFinding) seen.findings.push_back(ToSeen(record));
  if (record.kind == event::RecordKind::kAnomaly) seen.anomalies.emplace_back(record.body.anomaly.kind);
  seen.records.push_back(record);
  std::string line;
  writer.Append(record, line);
  seen.json.push_back(line);
}

void Take(const replay::Merged& merged, const event::JsonWriter& writer, const PlayOptions& options, Seen& seen) {
  for (const event::Record* record : merged.records) {
    TakeRecord(*record, writer, seen);
    std::vector<event::Record> more;
    if (options.on_record) options.on_record(*record, more);
    for (const event::Record& added : more) TakeRecord(added, writer, seen);
  }
  for (const replay::Merged::Sent& sent : merged.sent) seen.sent.emplace_back(sent.bytes.begin(), sent.bytes.end());
}

}  // namespace

std::shared_ptr<const bundle::Bundle> PolicyOf(const std::string& yaml) {
  syntax::SourceSet sources;
  sources.Add("test.yaml", yaml);
  compile::CompileResult result = compile::CompileSources(std::move(sources), compile::Goal::kCompile);
  auto policy = bundle::Parse(ByteView(result.bundle.data(), result.bundle.size()));
  if (!policy.ok()) {
    for (const auto& diagnostic : result.diagnostics.all()) std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    std::fprintf(stderr, "%s\n", policy.error().message().c_str());
    std::abort();
  }
  return *policy;
}

std::shared_ptr<const bundle::Bundle> BlockingPolicy(const std::string& overload) {
  static std::map<std::string, std::shared_ptr<const bundle::Bundle>> made;
  std::shared_ptr<const bundle::Bundle>& policy = made[overload];
  if (policy != nullptr) return policy;
  policy = PolicyOf(R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: )" +
                    overload + R"(,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors:
  mark: {literals: [机密★, TOPSECRET-MARK]}
  watched: {literals: [watch-this]}
rules:
  - {id: cn.mark, title: A mark, severity: critical, action: block, scope: {direction: both}, detect: mark}
  - {id: tlp.watch, title: A watched word, severity: low, action: alert, scope: {direction: both}, detect: watched}
)");
  return policy;
}

Seen Play(const std::vector<TimedFrame>& frames, const std::shared_ptr<const bundle::Bundle>& policy, const PlayOptions& options) {
  Seen seen;
  event::JsonWriter writer;
  writer.SetPolicy(1, std::string(policy->digest()));
  writer.SetHosts(options.hosts);
  replay::RunOptions run_options;
  run_options.pipeline.hosts = options.hosts;
  run_options.workers = options.workers;
  run_options.log_sent = options.mode == stream::Mode::kInline || options.response_port;
  run_options.intake.mode = options.mode;
  run_options.intake.parse.verify_checksums = options.verify_checksums;
  run_options.intake.fragments.max_ready_datagrams = replay::Run::kReadyDatagrams;
  run_options.pipeline.mode = options.mode;
  run_options.pipeline.can_inject = options.mode == stream::Mode::kInline || options.response_port;
  run_options.pipeline.record_flows = options.flows;
  run_options.pipeline.record_objects = options.objects;
  run_options.pipeline.flow.capacity = options.flow_capacity;
  run_options.pipeline.tcp.max_held_packets = options.max_held_packets;
  run_options.pipeline.decode = options.decode;
  run_options.pipeline.sessions.max_sessions = options.max_sessions;
  run_options.pipeline.max_objects = options.max_objects;
  auto made = replay::Run::Create(run_options, policy, [&](const replay::Merged& merged) { Take(merged, writer, options, seen); });
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().message().c_str());
    std::abort();
  }
  replay::Run& run = **made;
  std::deque<Bytes> memory;
  for (const TimedFrame& frame : frames) {
    Bytes& bytes = memory.emplace_back(frame.bytes);
    packet::Packet& packet = run.Claim();
    packet.data = bytes.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(bytes.size());
    packet.time = frame.time;
    packet.link_type = options.link_type;
    run.Push(packet);
  }
  run.Finish();
  seen.totals.Add(run.intake_statistics());
  for (const auto& lane : run.lanes()) seen.totals.Add(lane->statistics());
  return seen;
}

std::string Received(const std::vector<Bytes>& frames, uint16_t port) {
  std::map<uint32_t, char> bytes;
  for (const Bytes& frame : frames) {
    packet::Packet packet;
    packet.data = frame.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(frame.size());
    if (packet::Parse(packet, {}) != packet::ParseOutcome::kTransport || packet.headers.dst_port != port) continue;
    const ByteView payload = packet.Payload();
    for (size_t i = 0; i < payload.size(); ++i) {
      bytes.emplace(packet.headers.tcp.seq + static_cast<uint32_t>(i), static_cast<char>(payload[i]));
    }
  }
  std::string text;
  for (const auto& [seq, byte] : bytes) text.push_back(byte);
  return text;
}

}  // namespace sluice::test
