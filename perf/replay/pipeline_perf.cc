// One worker's pipeline against the limit, in one process and interleaved: see perf/README.md.
//
//   pipeline_perf upload      payload per second of HTTP uploads against hs_scan_stream alone on the same bytes
//   pipeline_perf short       short flows per second
//   pipeline_perf decided     packets per second of flows that are blocked already
//   pipeline_perf memory N    resident memory of N concurrent TCP flows in the middle of a request
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"
#include "perf/replay/bare_scan.h"
#include "perf/replay/traffic.h"
#include "perf/support/patterns.h"
#include "rules/compile/compiler.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBurst = 32;
constexpr size_t kPrefetchAhead = 4;  // as the worker's receiver

class NoRecords : public event::RecordSink {
 public:
  event::Record* Claim(event::RecordKind kind) noexcept override {
    event::Reset(record_, kind);
    return &record_;
  }
  void Publish() noexcept override { ++published; }
  uint64_t published = 0;

 private:
  event::Record record_;
};

// "mixed" and "strong" are the packs of perf/support; anything else is the file of a bundle.
std::shared_ptr<const bundle::Bundle> Policy(const std::string& which) {
  if (which != "mixed" && which != "strong") {
    auto given = bundle::Load(which);
    if (given.ok()) return *given;
    std::fprintf(stderr, "%s\n", given.error().message().c_str());
    std::exit(1);
  }
  syntax::SourceSet sources;
  sources.Add("perf.yaml", which == "mixed" ? MixedPack() : StrongPack());
  const compile::CompileResult result = compile::CompileSources(std::move(sources), compile::Goal::kCompile);
  auto policy = bundle::Parse(ByteView(result.bundle.data(), result.bundle.size()));
  if (!policy.ok()) {
    for (const auto& diagnostic : result.diagnostics.all()) std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    std::exit(1);
  }
  return *policy;
}

// A worker without ports: intake and pipeline over packets in memory.
class Bench {
 public:
  Bench(const std::shared_ptr<const bundle::Bundle>& policy, stream::Mode mode, uint32_t max_flows, bool prefault) : out_(1u << 17) {
    pipeline::IntakeOptions intake;
    intake.mode = mode;
    pipeline::PipelineOptions options;
    options.mode = mode;
    options.flow.capacity = max_flows;
    options.flow.prefault = prefault;  // as a worker does
    options.sessions.max_sessions = max_flows;
    options.max_objects = max_flows;
    auto made_intake = pipeline::Intake::Create(intake, &records_);
    auto made_pipeline = pipeline::Pipeline::Create(options, policy, &records_);
    if (!made_intake.ok() || !made_pipeline.ok()) {
      std::fprintf(stderr, "%s\n", (made_intake.ok() ? made_pipeline.error() : made_intake.error()).message().c_str());
      std::exit(1);
    }
    intake_ = std::move(made_intake).value();
    pipeline_ = std::move(made_pipeline).value();
    burst_.reserve(kBurst);
    batch_.reserve(kBurst);
  }

  // A packet to fill, as a driver takes one from its pool.
  packet::Packet& Claim() {
    if (free_.empty()) return packets_.emplace_back();
    packet::Packet& packet = *free_.back();
    free_.pop_back();
    packet = packet::NewPacket();
    return packet;
  }
  // A burst is collected and then taken as a worker takes it from a port.
  void Take(packet::Packet& packet) {
    burst_.push_back(&packet);
    if (burst_.size() == kBurst) Flush();
  }
  void Flush() {
    for (size_t i = 0; i < burst_.size(); ++i) {
      if (i + kPrefetchAhead < burst_.size()) __builtin_prefetch(burst_[i + kPrefetchAhead]->data);
      if (packet::Packet* ready = intake_->Accept(*burst_[i], out_)) batch_.push_back(ready);
    }
    burst_.clear();
    pipeline_->Process(batch_, out_, recycled_);
    batch_.clear();
    for (const pipeline::Forward& forward : out_.forward) {
      if (!forward.retained) free_.push_back(forward.packet);
    }
    free_.insert(free_.end(), out_.drop.begin(), out_.drop.end());
    free_.insert(free_.end(), out_.released.begin(), out_.released.end());
    out_.Clear();
  }
  const pipeline::Statistics& statistics() const { return pipeline_->statistics(); }
  uint64_t records() const { return records_.published; }

 private:
  NoRecords records_;
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_;
  std::vector<packet::Packet*> burst_, batch_, recycled_;
  std::deque<packet::Packet> packets_;
  std::vector<packet::Packet*> free_;
};

double SecondsOf(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double PipelineSeconds(const Traffic& traffic, const std::shared_ptr<const bundle::Bundle>& policy, stream::Mode mode, uint32_t flows,
                       uint64_t& findings) {
  Bench bench(policy, mode, flows * 2, true);
  const double seconds = SecondsOf([&] {
    int64_t time = 1'700'000'000'000'000'000;
    uint64_t index = 0;
    for (const Traffic::Frame& frame : traffic.frames) {
      packet::Packet& packet = bench.Claim();
      packet.data = traffic.memory.data() + frame.offset;
      packet.length = packet.wire_length = frame.length;
      packet.time = Timestamp::FromNanoseconds(time += 1000);
      packet.index = index++;
      bench.Take(packet);
    }
    bench.Flush();
  });
  findings = bench.statistics().counters.value(pipeline::PipelineCounter::kFindings);
  return seconds;
}

void RunUpload(const std::string& which, int runs, uint32_t flows, size_t body_bytes) {
  const auto policy = Policy(which);
  const Traffic traffic = Uploads(flows, body_bytes);
  BareScan bare(*policy);
  std::vector<double> tap_ratio, inline_ratio, bare_rate, tap_rate, inline_rate;
  const double gigabits = static_cast<double>(traffic.payload_bytes) * 8e-9;
  uint64_t matches = 0, findings = 0;
  for (int run = 0; run < runs; ++run) {
    const double bare_seconds = SecondsOf([&] { matches = bare.Run(traffic, flows); });
    const double tap = PipelineSeconds(traffic, policy, stream::Mode::kTap, flows, findings);
    const double inlined = PipelineSeconds(traffic, policy, stream::Mode::kInline, flows, findings);
    bare_rate.push_back(gigabits / bare_seconds);
    tap_rate.push_back(gigabits / tap);
    inline_rate.push_back(gigabits / inlined);
    tap_ratio.push_back(bare_seconds / tap);
    inline_ratio.push_back(bare_seconds / inlined);
  }
  std::printf("upload: %u flows, %.0f MB of payload in 1,400-byte segments, %zu patterns, %d runs, %lu matches, %lu findings\n", flows,
              static_cast<double>(traffic.payload_bytes) * 1e-6, policy->patterns().size(), runs, matches, findings);
  std::printf("  hs_scan_stream alone  %6.2f Gbit/s\n", Median(bare_rate));
  std::printf("  pipeline, tap         %6.2f Gbit/s   ratio %.3f\n", Median(tap_rate), Median(tap_ratio));
  std::printf("  pipeline, inline      %6.2f Gbit/s   ratio %.3f\n", Median(inline_rate), Median(inline_ratio));
}

void RunShort(int runs, uint32_t flows) {
  const auto policy = Policy("mixed");
  const Traffic traffic = ShortFlows(flows);
  for (const stream::Mode mode : {stream::Mode::kTap, stream::Mode::kInline}) {
    std::vector<double> rates;
    uint64_t findings = 0;
    for (int run = 0; run < runs; ++run) rates.push_back(flows / PipelineSeconds(traffic, policy, mode, flows, findings));
    std::printf("short: %u flows of %.1f packets, %s: %.0f flows/s\n", flows, static_cast<double>(traffic.frames.size()) / flows,
                mode == stream::Mode::kTap ? "tap" : "inline", Median(rates));
  }
}

void RunDecided(int runs) {
  const auto policy = Policy("mixed");
  test::TcpSession session;
  session.Handshake().Send(test::Side::kClient, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n" + BlockedMark());
  const size_t first = session.frames().size();
  session.Acknowledge(test::Side::kClient);
  std::vector<double> rates;
  for (int run = 0; run < runs; ++run) {
    Bench bench(policy, stream::Mode::kInline, 64, true);
    rates.push_back(2e6 / SecondsOf([&] {
      for (size_t i = 0; i < first + 2'000'000; ++i) {
        const test::Bytes& bytes = session.frames()[std::min(i, first)].bytes;
        packet::Packet& packet = bench.Claim();
        packet.data = bytes.data();
        packet.length = packet.wire_length = static_cast<uint32_t>(bytes.size());
        bench.Take(packet);
      }
      bench.Flush();
    }));
  }
  std::printf("decided: packets of a blocked flow: %.2f M/s\n", Median(rates) * 1e-6);
}

double ResidentGibibytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024 * 1024);
}

void RunMemory(uint32_t flows) {
  const auto policy = Policy("mixed");
  Bench bench(policy, stream::Mode::kTap, flows, false);
  const std::string head = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  const std::string body(1000, 'x');
  const double before = ResidentGibibytes();
  for (uint32_t flow = 0; flow < flows; ++flow) {
    test::TcpSessionOptions ends;
    ends.client = "10." + std::to_string(1 + flow / 65536) + "." + std::to_string(flow / 256 % 256) + "." + std::to_string(flow % 256);
    test::TcpSession session(ends);
    session.Handshake().Send(test::Side::kClient, head + body);
    for (const test::TimedFrame& frame : session.frames()) {
      packet::Packet& packet = bench.Claim();
      packet.data = frame.bytes.data();
      packet.length = packet.wire_length = static_cast<uint32_t>(frame.bytes.size());
      packet.time = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
      bench.Take(packet);
      bench.Flush();
    }
  }
  const double after = ResidentGibibytes();
  std::printf("memory: %lu flows, each with an open upload: %.2f GiB, %.0f bytes a flow\n",
              bench.statistics().counters.value(pipeline::PipelineCounter::kFlowsCreated), after - before,
              (after - before) * 1024 * 1024 * 1024 / flows);
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) {
  CLI::App app("One worker's pipeline against the limit");
  app.require_subcommand(1);
  int runs = 7;
  uint32_t flows = 64;
  size_t body_bytes = 1u << 20;
  app.add_option("--runs", runs, "interleaved runs; the median is printed");
  CLI::App* upload = app.add_subcommand("upload");
  upload->add_option("--flows", flows);
  upload->add_option("--bytes", body_bytes);
  std::string policy = "mixed";
  upload->add_option("--policy", policy, "mixed, strong (perf/support/patterns.h), or a bundle that sluicec made");
  uint32_t short_flows = 100000, many_flows = 1000000;
  CLI::App* brief = app.add_subcommand("short");
  brief->add_option("--flows", short_flows);
  CLI::App* decided = app.add_subcommand("decided");
  CLI::App* memory = app.add_subcommand("memory");
  memory->add_option("--flows", many_flows);
  CLI11_PARSE(app, argc, argv);
  if (*upload) sluice::perf::RunUpload(policy, runs, flows, body_bytes);
  if (*brief) sluice::perf::RunShort(runs, short_flows);
  if (*decided) sluice::perf::RunDecided(runs);
  if (*memory) sluice::perf::RunMemory(many_flows);
  return 0;
}
