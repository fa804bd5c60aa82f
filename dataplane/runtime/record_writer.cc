#include "dataplane/runtime/record_writer.h"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <map>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::runtime {
namespace {

constexpr std::chrono::milliseconds kIdleSleep{5};
constexpr std::chrono::milliseconds kFlushInterval{200};
// Records of one ring in a row, so that none of them waits long for the others.
constexpr size_t kRecordsAtATime = 256;

size_t IndexOf(event::RecordKind kind) { return static_cast<size_t>(kind); }

}  // namespace

Result<std::unique_ptr<RecordWriter>> RecordWriter::Open(const OutputOptions& output, size_t rings, uint32_t records) {
  std::unique_ptr<RecordWriter> writer(new RecordWriter(rings, records));
  if (Status status = writer->OpenFiles(output); !status) return status.error();
  return writer;
}

RecordWriter::RecordWriter(size_t rings, uint32_t records) {
  for (size_t i = 0; i < rings; ++i) rings_.push_back(std::make_unique<event::RecordRing>(records));
}

Status RecordWriter::OpenFiles(const OutputOptions& output) {
  // Kinds that go to the same path share the file.
  std::map<std::string, event::JsonlFile*> opened;
  const auto open = [&](const std::string& path, std::initializer_list<event::RecordKind> kinds) -> Status {
    if (path.empty()) return {};
    if (opened.count(path) == 0) {
      Result<event::JsonlFile> file = event::JsonlFile::Open(path, event::JsonlFile::Start::kAtEnd);
      if (!file) return file.error();
      files_.push_back(std::make_unique<event::JsonlFile>(std::move(*file)));
      opened[path] = files_.back().get();
    }
    for (const event::RecordKind kind : kinds) file_of_[IndexOf(kind)] = opened[path];
    return {};
  };
  if (Status status = open(output.findings, {event::RecordKind::kFinding, event::RecordKind::kAnomaly}); !status) return status;
  if (Status status = open(output.objects, {event::RecordKind::kObject}); !status) return status;
  return open(output.flows, {event::RecordKind::kFlow});
}

RecordWriter::~RecordWriter() {
  stop_.store(true);
  if (thread_.joinable()) thread_.join();
}

void RecordWriter::SetPolicy(uint32_t generation, std::string digest) {
  const std::lock_guard<std::mutex> lock(writer_mutex_);
  writer_.SetPolicy(generation, std::move(digest));
}

void RecordWriter::Start() {
  // Signals are for the main thread.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void RecordWriter::Run() {
  pthread_setname_np(pthread_self(), "sluice-records");
  auto next_flush = std::chrono::steady_clock::now() + kFlushInterval;
  while (!stop_.load(std::memory_order_acquire)) {
    if (!WriteRound()) std::this_thread::sleep_for(kIdleSleep);
    if (std::chrono::steady_clock::now() < next_flush) continue;
    FlushFiles();
    next_flush = std::chrono::steady_clock::now() + kFlushInterval;
  }
}

bool RecordWriter::WriteRound() {
  bool wrote = false;
  for (const auto& ring : rings_) wrote = DrainRing(*ring) || wrote;
  return wrote;
}

bool RecordWriter::DrainRing(event::RecordRing& ring) {
  const std::lock_guard<std::mutex> lock(writer_mutex_);
  size_t count = 0;
  for (const event::Record* record = ring.Front(); record != nullptr && count < kRecordsAtATime; record = ring.Front()) {
    if (record->kind == event::RecordKind::kDeparture) TakeDeparture(*record);
    else WriteRecord(*record);
    ring.Pop();
    ++count;
  }
  return count > 0;
}

void RecordWriter::WriteRecord(const event::Record& record) {
  event::JsonlFile* const file = file_of_[IndexOf(record.kind)];
  const bool observed = observer_ != nullptr && (record.kind == event::RecordKind::kFinding || record.kind == event::RecordKind::kAnomaly);
  if (observer_ != nullptr && record.kind == event::RecordKind::kFlow) observer_->ObserveFlow(record);
  if (file == nullptr && !observed) return;
  lines_.clear();
  writer_.Append(record, lines_);
  if (file != nullptr) file->Write(lines_);
  if (observed) observer_->Observe(record, lines_);
}

void RecordWriter::TakeDeparture(const event::Record& departure) {
  if (departures_ == nullptr) return;
  from_ledger_.clear();
  departures_->Take(departure, from_ledger_);
  for (const event::Record& finding : from_ledger_) WriteRecord(finding);
}

void RecordWriter::FlushFiles() {
  if (departures_ != nullptr) {
    if (const Status settled = departures_->Settle(); !settled) LogError("the ledger of departed documents cannot be written: " + settled.error().message());
  }
  uint64_t lost = 0;
  std::vector<std::string> faults;
  for (const auto& file : files_) {
    file->Flush();
    lost += file->lines_lost();
    if (file->fails()) faults.push_back("records are lost: " + file->name() + " cannot be written");
  }
  lines_lost_.store(lost, std::memory_order_relaxed);
  const std::lock_guard<std::mutex> lock(faults_mutex_);
  faults_ = std::move(faults);
}

std::vector<std::string> RecordWriter::Faults() const {
  const std::lock_guard<std::mutex> lock(faults_mutex_);
  return faults_;
}

Status RecordWriter::Stop() {
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
  while (WriteRound()) {
  }
  Status first = departures_ != nullptr ? departures_->Settle() : Status();
  for (const auto& file : files_) {
    if (Status status = file->Close(); !status && first.ok()) first = status;
  }
  files_.clear();
  file_of_ = {};
  return first;
}

}  // namespace sluice::runtime
