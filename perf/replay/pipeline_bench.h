// PipelineBench: a worker without ports, intake and pipeline over packets in memory, and what the measuring programs share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/stage_clock.h"
#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"
#include "perf/replay/traffic.h"
#include "perf/support/patterns.h"
#include "rules/compile/compiler.h"

namespace sluice::perf {

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
inline std::shared_ptr<const bundle::Bundle> Policy(const std::string& which) {
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

  // A packet to fill, as a driver takes one from its pool: it has the data pointer of its last use, none the first time.
  packet::Packet& Claim() {
    if (free_.empty()) return packets_.emplace_back();
    packet::Packet& packet = *free_.front();
    free_.pop_front();
    const uint8_t* buffer = packet.data;
    packet = packet::NewPacket();
    packet.data = buffer;
    return packet;
  }
  // As a pool of so many that all were used before.
  void FillPool(size_t packets) {
    while (packets_.size() < packets) free_.push_back(&packets_.emplace_back());
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
    free_.insert(free_.end(), out_.aside.begin(), out_.aside.end());
    free_.insert(free_.end(), out_.released.begin(), out_.released.end());
    out_.Clear();
  }
  // What publication of a policy is for a worker: control prepares, the worker adopts between two bursts.
  Result<pipeline::PolicyState> Prepare(std::shared_ptr<const bundle::Bundle> policy, uint32_t generation) const {
    return pipeline_->Prepare(std::move(policy), generation);
  }
  bool Adopt(pipeline::PolicyState& prepared) noexcept { return pipeline_->Adopt(prepared); }
  const pipeline::Statistics& statistics() const { return pipeline_->statistics(); }
  uint64_t records() const { return records_.published; }

 private:
  NoRecords records_;
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_;
  std::vector<packet::Packet*> burst_, batch_, recycled_;
  std::deque<packet::Packet> packets_;
  std::deque<packet::Packet*> free_;  // the one used longest ago first
};

inline double SecondsOf(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

inline void ResetStages() {
#ifdef SLUICE_STAGE_CYCLES
  StageClock::Get().Reset();
#endif
}

// Cycles since then by stage, in builds that count them.
inline void PrintStages([[maybe_unused]] size_t packets) {
#ifdef SLUICE_STAGE_CYCLES
  const StageClock& clock = StageClock::Get();
  uint64_t all = 0;
  for (const StageClock::Account& account : clock.accounts()) all += account.cycles;
  const auto each = [&](uint64_t n) { return static_cast<double>(n) / static_cast<double>(packets); };
  std::printf("  cycles a packet, by stage (each entry costs about 50 itself): %.0f\n", each(all));
  for (size_t i = 0; i < kStages; ++i) {
    const StageClock::Account& account = clock.accounts()[i];
    std::printf("    %-10s %7.0f  %5.1f %%  entered %.2f times\n", std::string(Name(static_cast<Stage>(i))).c_str(), each(account.cycles),
                100.0 * static_cast<double>(account.cycles) / static_cast<double>(all), each(account.entries));
  }
#endif
}

inline double PipelineSeconds(const Traffic& traffic, const std::shared_ptr<const bundle::Bundle>& policy, stream::Mode mode, uint32_t flows,
                       uint64_t& findings) {
  Bench bench(policy, mode, flows * 2, true);
  ResetStages();
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

}  // namespace sluice::perf
