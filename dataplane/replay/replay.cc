#include "dataplane/replay/replay.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "dataplane/event/json_writer.h"
#include "dataplane/event/jsonl_file.h"
#include "dataplane/pipeline/totals.h"
#include "dataplane/replay/capture_file.h"
#include "dataplane/replay/capture_writer.h"
#include "dataplane/replay/checksum_survey.h"
#include "dataplane/replay/run.h"
#include "rules/bundle/bundle.h"
#include "rules/bundle/key_file.h"

namespace sluice::replay {
namespace {

// Where merged records and sent frames go.
class Outputs {
 public:
  static Result<std::unique_ptr<Outputs>> Open(const ReplayOptions& options, std::string_view digest) {
    auto outputs = std::make_unique<Outputs>();
    outputs->writer_.SetPolicy(1, std::string(digest));
    outputs->writer_.SetHosts(options.hosts);
    outputs->departures_ = options.departures;
    const auto open = [](const std::string& path, std::optional<event::JsonlFile>& file) -> Status {
      if (path.empty()) return {};
      auto opened = event::JsonlFile::Open(path);
      if (!opened.ok()) return opened.error();
      file.emplace(std::move(opened).value());
      return {};
    };
    for (const Status& status : {open(options.findings, outputs->findings_), open(options.objects, outputs->objects_),
                                 open(options.flows, outputs->flows_)}) {
      if (!status.ok()) return status.error();
    }
    if (!options.out.empty()) {
      auto capture = CaptureWriter::Open(options.out);
      if (!capture.ok()) return capture.error();
      outputs->capture_.emplace(std::move(capture).value());
    }
    return outputs;
  }

  void Write(const Merged& merged) {
    for (const event::Record* record : merged.records) {
      if (record->kind == event::RecordKind::kDeparture) {
        TakeDeparture(*record);
        continue;
      }
      WriteRecord(*record);
    }
    if (!capture_) return;
    for (const Merged::Sent& sent : merged.sent) {
      capture_->Write(sent.frame->time, sent.frame->link_type, sent.bytes, sent.frame->wire_length);
    }
  }

  // Findings that the ledger came to.
  uint64_t later_findings() const { return later_findings_; }

  Status Close(ReplaySummary& summary) {
    if (departures_ != nullptr) {
      if (Status settled = departures_->Settle(); !settled.ok()) return settled;
    }
    for (std::optional<event::JsonlFile>* file : {&findings_, &objects_, &flows_}) {
      if (!*file) continue;
      if (Status closed = (*file)->Close(); !closed.ok()) return closed;
    }
    if (!capture_) return {};
    if (capture_->left_out() > 0) {
      summary.problems.push_back("--out: a pcap file has one link type; " + std::to_string(capture_->left_out()) +
                                 " frames of another one were left out");
    }
    return capture_->Close();
  }

 private:
  void WriteRecord(const event::Record& record) {
    std::optional<event::JsonlFile>& file = record.kind == event::RecordKind::kObject ? objects_
                                            : record.kind == event::RecordKind::kFlow ? flows_
                                                                                      : findings_;
    if (!file) return;
    line_.clear();
    writer_.Append(record, line_);
    file->Write(line_);
  }

  void TakeDeparture(const event::Record& departure) {
    if (departures_ == nullptr) return;
    from_ledger_.clear();
    departures_->Take(departure, from_ledger_);
    later_findings_ += from_ledger_.size();
    for (const event::Record& finding : from_ledger_) WriteRecord(finding);
  }

  event::JsonWriter writer_;
  std::shared_ptr<event::DepartureSink> departures_;
  std::vector<event::Record> from_ledger_;
  uint64_t later_findings_ = 0;
  std::optional<event::JsonlFile> findings_, objects_, flows_;
  std::optional<CaptureWriter> capture_;
  std::string line_;
};

class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown && isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  void Show(const std::string& file, uint64_t packets) {
    if (shown_ && packets % 65536 == 0) std::fprintf(stderr, "\r\033[K%s: %lu packets", file.c_str(), static_cast<unsigned long>(packets));
  }

 private:
  bool shown_;
};

packet::Packet ToPacket(const CapturedFrame& frame) {
  packet::Packet packet;
  packet.data = frame.data;
  packet.length = frame.length;
  packet.wire_length = frame.wire_length;
  packet.time = frame.time;
  packet.link_type = frame.link_type;
  return packet;
}

RunOptions OptionsOf(const ReplayOptions& options) {
  RunOptions run;
  run.workers = options.workers;
  run.log_sent = options.inline_mode && !options.out.empty();
  const stream::Mode mode = options.inline_mode ? stream::Mode::kInline : stream::Mode::kTap;
  run.intake.mode = mode;
  run.intake.parse.verify_checksums = options.checksums != Checksums::kIgnore;
  run.intake.fragments.max_ready_datagrams = Run::kReadyDatagrams;
  run.pipeline.mode = mode;
  run.pipeline.can_inject = options.inline_mode;
  run.pipeline.hosts = options.hosts;
  run.pipeline.decode.names_charset.Assign(options.names_charset);
  run.pipeline.decode.extraction.program = options.extractor;
  run.pipeline.hash_objects = options.hash_objects;
  run.pipeline.record_objects = !options.objects.empty();
  run.pipeline.record_flows = !options.flows.empty();
  // A sixteenth of an appliance's tables for each lane, with room for uneven spreading.
  run.pipeline.flow.capacity = 1u << 17;
  run.pipeline.tcp.max_held_packets = 1u << 15;
  run.pipeline.sessions.max_sessions = 1u << 17;
  run.pipeline.max_objects = 1u << 15;
  return run;
}

// One replay: its captures in order, as one stretch of time, or several where a capture is older than the one before.
class Replayer {
 public:
  Replayer(const ReplayOptions& options, std::shared_ptr<const bundle::Bundle> policy, Outputs& outputs)
      : options_(options), policy_(std::move(policy)), outputs_(outputs) {}

  Status Play(const std::string& path, ReplaySummary& summary);
  Status Finish();
  pipeline::Totals& totals() { return totals_; }

 private:
  Status NeedRun(Timestamp first);
  void EndRun();
  void Survey(const CaptureFile& file, ReplaySummary& summary);

  const ReplayOptions& options_;
  std::shared_ptr<const bundle::Bundle> policy_;
  Outputs& outputs_;
  std::unique_ptr<Run> run_;
  std::vector<CaptureFile> files_;  // those that the run at hand still points into
  ChecksumSurvey survey_;
  Timestamp latest_;
  pipeline::Totals totals_;
};

void Replayer::Survey(const CaptureFile& file, ReplaySummary& summary) {
  survey_ = ChecksumSurvey();
  if (options_.checksums != Checksums::kAuto) return;
  CaptureReader reader(file.bytes());
  CapturedFrame frame;
  while (reader.Next(frame) == CaptureReader::Outcome::kFrame) survey_.Look(ToPacket(frame));
  for (const auto& [host, packets] : survey_.Finish()) {
    summary.notes.push_back("checksums of packets from " + packet::Format(host) + " are not verified: all " + std::to_string(packets) +
                            " are wrong, as in a capture taken on a sending host with checksum offload");
  }
}

Status Replayer::NeedRun(Timestamp first) {
  if (run_ != nullptr && first >= latest_) return {};
  EndRun();
  auto run = Run::Create(OptionsOf(options_), policy_, [this](const Merged& merged) { outputs_.Write(merged); });
  if (!run.ok()) return run.error();
  run_ = std::move(run).value();
  latest_ = first;
  return {};
}

void Replayer::EndRun() {
  if (run_ == nullptr) return;
  run_->Finish();
  totals_.Add(run_->intake_statistics());
  for (const auto& lane : run_->lanes()) totals_.Add(lane->statistics());
  const std::vector<double> busy = run_->BusySeconds();
  totals_.worker_busy_seconds.resize(std::max(totals_.worker_busy_seconds.size(), busy.size()));
  for (size_t i = 0; i < busy.size(); ++i) totals_.worker_busy_seconds[i] += busy[i];
  run_.reset();
  files_.clear();
}

Status Replayer::Play(const std::string& path, ReplaySummary& summary) {
  auto opened = CaptureFile::Open(path);
  if (!opened.ok()) return opened.error();
  CaptureFile file = std::move(opened).value();
  Survey(file, summary);
  CaptureReader reader(file.bytes());
  Progress progress(options_.show_progress);
  CapturedFrame frame;
  CaptureReader::Outcome outcome = CaptureReader::Outcome::kEnd;
  bool first = true;
  while ((outcome = reader.Next(frame)) == CaptureReader::Outcome::kFrame) {
    if (std::exchange(first, false)) {
      if (Status ready = NeedRun(frame.time); !ready.ok()) return ready;
    }
    latest_ = std::max(latest_, frame.time);
    packet::Packet& packet = run_->Claim();
    packet = ToPacket(frame);
    packet.checksum_trusted = survey_.IsOffloaded(packet);
    run_->Push(packet);
    progress.Show(path, reader.frames());
  }
  if (outcome == CaptureReader::Outcome::kBroken) {
    summary.problems.push_back(path + ": " + reader.problem() + "; " + std::to_string(reader.frames()) + " packets before it were processed");
  }
  if (reader.damaged_blocks() > 0) {
    summary.problems.push_back(path + ": " + std::to_string(reader.damaged_blocks()) + " packet blocks contradict themselves and were left out");
  }
  if (reader.unsupported_frames() > 0) {
    summary.problems.push_back(path + ": link type " + std::to_string(reader.unsupported_link_type()) + " is not supported (expected Ethernet, raw IP, "
                               "Linux cooked, PPP or null); " + std::to_string(reader.unsupported_frames()) + " packets were left out");
  }
  files_.push_back(std::move(file));
  return {};
}

Status Replayer::Finish() {
  EndRun();
  return {};
}

Result<std::shared_ptr<const bundle::Bundle>> PolicyFor(const ReplayOptions& options) {
  if (options.loaded != nullptr) return options.loaded;
  const auto trusted = bundle::ReadTrustedKeys(options.trusted_keys);
  if (!trusted.ok()) return trusted.error();
  return bundle::Load(options.policy, *trusted, options.signatures);
}

}  // namespace

Result<ReplaySummary> Replay(const ReplayOptions& options) {
  auto policy = PolicyFor(options);
  if (!policy.ok()) return policy.error();
  auto outputs = Outputs::Open(options, (*policy)->digest());
  if (!outputs.ok()) return outputs.error();
  ReplaySummary summary;
  const auto start = std::chrono::steady_clock::now();
  Replayer replayer(options, *policy, **outputs);
  for (const std::string& path : options.captures) {
    if (Status played = replayer.Play(path, summary); !played.ok()) {
      // A capture that cannot be read at all is named; the others are processed.
      if (played.error().code() == ErrorCode::kResourceExhausted) return played.error();
      summary.problems.push_back(played.error().message());
    }
  }
  if (Status finished = replayer.Finish(); !finished.ok()) return finished.error();
  summary.elapsed_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  pipeline::Totals& totals = replayer.totals();
  totals.findings += (*outputs)->later_findings();
  totals.elapsed_seconds = summary.elapsed_seconds;
  if (totals.worker_busy_seconds.empty()) totals.worker_busy_seconds = {summary.elapsed_seconds};
  summary.packets = totals.packets;
  summary.bytes = totals.bytes;
  summary.flows = totals.flows;
  summary.findings = totals.findings;
  summary.anomalies = totals.anomalies;
  if (!options.stats.empty()) {
    auto stats = event::JsonlFile::Open(options.stats);
    if (!stats.ok()) return stats.error();
    stats->Write(pipeline::ToJson(totals) + "\n");
    if (Status closed = stats->Close(); !closed.ok()) return closed.error();
  }
  if (Status closed = (*outputs)->Close(summary); !closed.ok()) return closed.error();
  return summary;
}

}  // namespace sluice::replay
