// One worker's pipeline against the limit, in one process and interleaved: see perf/README.md.
//
//   pipeline_perf upload      payload per second of HTTP uploads against hs_scan_stream alone on the same bytes
//   pipeline_perf short       short flows per second
//   pipeline_perf decided     packets per second of flows that are blocked already
//   pipeline_perf publish     how long a worker pauses when a policy is published in the middle of uploads
//   pipeline_perf flows       time for a packet while a thousand to a million uploads are under way, each next packet of another one
//   pipeline_perf memory N    resident memory of N concurrent TCP flows in the middle of a request
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "perf/replay/bare_scan.h"
#include "perf/replay/flow_scale.h"
#include "perf/replay/pipeline_bench.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

void RunUpload(const std::string& which, int runs, uint32_t flows, size_t body_bytes) {
  const auto policy = Policy(which);
  const Traffic traffic = Uploads(flows, body_bytes);
  BareScan bare(*policy), every(*policy, BareScan::Search::kEveryPattern);
  std::vector<double> tap_ratio, inline_ratio, tap_of_every, inline_of_every, bare_rate, every_rate, tap_rate, inline_rate;
  const double gigabits = static_cast<double>(traffic.payload_bytes) * 8e-9;
  uint64_t matches = 0, findings = 0;
  for (int run = 0; run < runs; ++run) {
    const double bare_seconds = SecondsOf([&] { matches = bare.Run(traffic, flows); });
    const double every_seconds = SecondsOf([&] { every.Run(traffic, flows); });
    const double tap = PipelineSeconds(traffic, policy, stream::Mode::kTap, flows, findings);
    const double inlined = PipelineSeconds(traffic, policy, stream::Mode::kInline, flows, findings);
    bare_rate.push_back(gigabits / bare_seconds);
    tap_rate.push_back(gigabits / tap);
    inline_rate.push_back(gigabits / inlined);
    every_rate.push_back(gigabits / every_seconds);
    tap_of_every.push_back(every_seconds / tap);
    inline_of_every.push_back(every_seconds / inlined);
    tap_ratio.push_back(bare_seconds / tap);
    inline_ratio.push_back(bare_seconds / inlined);
  }
  std::printf("upload: %u flows, %.0f MB of payload in 1,400-byte segments, %zu patterns, %d runs, %lu matches, %lu findings\n", flows,
              static_cast<double>(traffic.payload_bytes) * 1e-6, policy->patterns().size(), runs, matches, findings);
  std::printf("  hs_scan_stream alone, every pattern in streams        %6.2f Gbit/s\n", Median(every_rate));
  std::printf("  hs_scan_stream alone, the policy's stream databases   %6.2f Gbit/s\n", Median(bare_rate));
  std::printf("  pipeline, tap     %6.2f Gbit/s   ratio to the first %.2f, to the second %.2f\n", Median(tap_rate), Median(tap_of_every), Median(tap_ratio));
  std::printf("  pipeline, inline  %6.2f Gbit/s   ratio to the first %.2f, to the second %.2f\n", Median(inline_rate), Median(inline_of_every), Median(inline_ratio));
  PrintStages(traffic.frames.size());
}

void RunShort(const std::string& which, int runs, uint32_t flows) {
  const auto policy = Policy(which);
  const Traffic traffic = ShortFlows(flows);
  for (const stream::Mode mode : {stream::Mode::kTap, stream::Mode::kInline}) {
    std::vector<double> rates;
    uint64_t findings = 0;
    for (int run = 0; run < runs; ++run) rates.push_back(flows / PipelineSeconds(traffic, policy, mode, flows, findings));
    std::printf("short: %u flows of %.1f packets, %s: %.0f flows/s\n", flows, static_cast<double>(traffic.frames.size()) / flows,
                mode == stream::Mode::kTap ? "tap" : "inline", Median(rates));
    PrintStages(traffic.frames.size());
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

// Bursts of uploads, with a publication of the same policy in their middle; what the slowest bursts take shows whether the new policy's
// memory, cold for the worker, costs anything.
void RunPublish(const std::string& which, int runs, uint32_t flows) {
  const auto policy = Policy(which);
  const Traffic traffic = Uploads(flows, 1u << 18);
  std::vector<double> adopting, preparing, slowest_before, slowest_after;
  for (int run = 0; run < runs; ++run) {
    Bench bench(policy, stream::Mode::kInline, flows * 2, true);
    double slowest[2] = {0, 0};
    size_t burst = 0, half = 0;
    const auto feed = [&](size_t from, size_t to) {
      auto begun = Clock::now();
      for (size_t i = from; i < to; ++i) {
        packet::Packet& packet = bench.Claim();
        packet.data = traffic.memory.data() + traffic.frames[i].offset;
        packet.length = packet.wire_length = traffic.frames[i].length;
        packet.time = Timestamp::FromNanoseconds(1'700'000'000'000'000'000 + static_cast<int64_t>(i) * 1000);
        packet.index = i;
        bench.Take(packet);
        if (++burst % kBurst != 0) continue;
        const auto now = Clock::now();
        slowest[half] = std::max(slowest[half], std::chrono::duration<double>(now - begun).count());
        begun = now;
      }
    };
    const size_t middle = traffic.frames.size() / 2 / kBurst * kBurst;
    feed(0, middle);
    std::optional<pipeline::PolicyState> prepared;
    preparing.push_back(SecondsOf([&] {
      auto made = bench.Prepare(policy, 2);
      if (made.ok()) prepared.emplace(std::move(*made));
    }));
    if (!prepared) std::exit(1);
    bool adopted = false;
    adopting.push_back(SecondsOf([&] { adopted = bench.Adopt(*prepared); }));
    if (!adopted) std::exit(1);
    half = 1;
    feed(middle, traffic.frames.size());
    slowest_before.push_back(slowest[0]);
    slowest_after.push_back(slowest[1]);
  }
  std::printf("publish: %u uploads under way, %zu patterns: the worker takes over the policy in %.2f us (control prepares it in %.1f ms)\n", flows, policy->patterns().size(),
              Median(adopting) * 1e6, Median(preparing) * 1e3);
  std::printf("  the slowest burst of %zu packets: %.0f us before, %.0f us behind it\n", kBurst, Median(slowest_before) * 1e6, Median(slowest_after) * 1e6);
}

void RunFlows(const std::string& which, int runs, uint32_t most) {
  constexpr size_t kPackets = 1u << 17;
  const auto policy = Policy(which);
  for (const stream::Mode mode : {stream::Mode::kTap, stream::Mode::kInline}) {
    std::vector<std::unique_ptr<FlowScale>> scales;
    for (uint32_t flows = 1000; flows <= most; flows *= 10) scales.push_back(std::make_unique<FlowScale>(policy, mode, flows));
    std::vector<std::vector<double>> each(scales.size());
    for (int run = 0; run < runs; ++run) {
      for (size_t i = 0; i < scales.size(); ++i) {
        ResetStages();
        each[i].push_back(scales[i]->NanosecondsAPacket(kPackets));
        if (run + 1 == runs) PrintStages(kPackets);
      }
    }
    for (size_t i = 0; i < scales.size(); ++i) {
      std::printf("flows: %7u uploads under way, %s: %4.0f ns a packet, %.2f of the first; %lu flows made\n", scales[i]->flows(),
                  mode == stream::Mode::kTap ? "tap   " : "inline", Median(each[i]), Median(each[i]) / Median(each[0]), scales[i]->made());
    }
  }
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
  brief->add_option("--policy", policy);
  CLI::App* publish = app.add_subcommand("publish");
  publish->add_option("--flows", flows);
  publish->add_option("--policy", policy);
  CLI::App* decided = app.add_subcommand("decided");
  CLI::App* scale = app.add_subcommand("flows");
  scale->add_option("--flows", many_flows, "at most");
  scale->add_option("--policy", policy);
  CLI::App* memory = app.add_subcommand("memory");
  memory->add_option("--flows", many_flows);
  CLI11_PARSE(app, argc, argv);
  if (*upload) sluice::perf::RunUpload(policy, runs, flows, body_bytes);
  if (*brief) sluice::perf::RunShort(policy, runs, short_flows);
  if (*publish) sluice::perf::RunPublish(policy, runs, flows);
  if (*decided) sluice::perf::RunDecided(runs);
  if (*scale) sluice::perf::RunFlows(policy, runs, many_flows);
  if (*memory) sluice::perf::RunMemory(many_flows);
  return 0;
}
