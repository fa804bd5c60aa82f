#include "control/exports/exporter.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::exports {
namespace {

constexpr std::chrono::milliseconds kInterval{100};      // between appends, and between looks for something to deliver
constexpr std::chrono::milliseconds kShortestPause{500};
constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr size_t kBatchBytes = size_t{1} << 20;

// Signals are for the main thread.
template <typename Work>
std::thread WithoutSignals(Work work) {
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread([work] {
    pthread_setname_np(pthread_self(), "sluice-export");
    work();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

std::chrono::milliseconds PauseAfter(uint64_t failures, uint32_t chance) {
  const uint64_t doublings = std::min<uint64_t>(failures == 0 ? 0 : failures - 1, 16);
  const auto longest = std::min(kShortestPause * (1 << doublings), kLongestPause);
  return longest / 2 + std::chrono::milliseconds(chance % (static_cast<uint64_t>(longest.count()) / 2 + 1));
}

Exporter::Exporter(const config::ExportOptions& options, std::unique_ptr<Spool> spool, std::unique_ptr<Transport> transport)
    : options_(options), format_(*FindFormat(options.format)), spool_(std::move(spool)), transport_(std::move(transport)) {
  spooling_ = WithoutSignals([this] { KeepSpooling(); });
  delivering_ = WithoutSignals([this] { KeepDelivering(); });
}

Exporter::~Exporter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  spooling_.join();
  delivering_.join();
  if (!pending_.empty()) LogError("export " + options_.name + ": " + std::to_string(pending_.size()) + " records did not reach the spool");
}

void Exporter::Take(std::shared_ptr<const std::string> line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // While the disk has not caught up, what comes later is lost, so that numbers stay in the order of the records.
  if (missing_ > 0 || pending_bytes_ + line->size() > kMostPendingBytes) {
    ++missing_;
    lost_.fetch_add(1);
    return;
  }
  pending_bytes_ += line->size();
  pending_.push_back(std::move(line));
}

bool Exporter::Pause(std::chrono::milliseconds time) {
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stop_; });
  return !stop_;
}

void Exporter::KeepSpooling() {
  uint64_t failures = 0;
  while (Pause(failures == 0 ? kInterval : kShortestPause)) failures = SpoolPending() ? 0 : failures + 1;
  SpoolPending();
}

bool Exporter::SpoolPending() {
  Lines lines;
  uint64_t missing = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (pending_.empty() && missing_ == 0) return true;
    lines = pending_;
    missing = missing_;
  }
  const Status kept = spool_->Append(lines, missing);
  const std::lock_guard<std::mutex> lock(mutex_);
  NoteFault(disk_fault_, "cannot keep records", kept ? "" : kept.error().message());
  if (!kept) return false;
  for (const auto& line : lines) pending_bytes_ -= line->size();
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(lines.size()));
  missing_ -= missing;
  return true;
}

void Exporter::KeepDelivering() {
  std::minstd_rand chance{std::random_device()()};
  uint64_t failures = 0;
  bool found = false;
  std::chrono::milliseconds pause = kInterval;
  while (Pause(pause)) {
    failures = DeliverSome(found) ? 0 : failures + 1;
    const std::chrono::milliseconds look = found ? std::chrono::milliseconds(0) : kInterval;
    pause = failures == 0 ? look : PauseAfter(failures, static_cast<uint32_t>(chance()));
  }
}

bool Exporter::DeliverSome(bool& found) {
  const Result<std::vector<WaitingRecord>> records = spool_->Front(options_.batch, kBatchBytes);
  found = records && !records->empty();
  if (records && !found) return true;
  Status status = records ? Status() : Status(records.error());
  if (found) {
    const std::vector<Message> messages = MessagesOf(*records);
    if (!messages.empty()) status = transport_->Deliver(messages);
    if (status) delivered_.fetch_add(messages.size());
    if (status) status = spool_->Release(records->back().number);
  }
  if (!status) failed_attempts_.fetch_add(1);
  const std::lock_guard<std::mutex> lock(mutex_);
  NoteFault(receiver_fault_, "records are not delivered, and wait", status ? "" : status.error().message());
  return status.ok();
}

std::vector<Message> Exporter::MessagesOf(const std::vector<WaitingRecord>& records) {
  std::vector<Message> messages;
  for (const WaitingRecord& record : records) {
    std::string id = spool_->IdOf(record.number);
    Result<Written> written = Write(format_, id, record.line);
    if (!written) {
      unreadable_.fetch_add(1);
      LogError("export " + options_.name + ": " + written.error().message());
      continue;
    }
    messages.push_back({std::move(id), std::move(written->text), written->severity, std::move(written->time), std::move(written->event)});
  }
  return messages;
}

// The first of a run of faults is logged. REQUIRES: mutex_ is held.
void Exporter::NoteFault(std::string& place, const std::string& what, const std::string& fault) {
  if (place.empty() && !fault.empty()) LogError("export " + options_.name + ": " + what + ": " + fault);
  if (!place.empty() && fault.empty()) LogInfo("export " + options_.name + " works again");
  place = fault;
}

ExporterStatus Exporter::Describe() const {
  ExporterStatus status{.name = options_.name, .waiting = spool_->waiting(), .waiting_bytes = spool_->waiting_bytes(), .in_memory = 0,
                        .delivered = delivered_.load(), .failed_attempts = failed_attempts_.load(), .dropped = spool_->dropped(),
                        .lost = lost_.load(), .unreadable = unreadable_.load(), .fault = {}};
  const std::lock_guard<std::mutex> lock(mutex_);
  status.in_memory = pending_.size();
  status.waiting += pending_.size();
  status.waiting_bytes += pending_bytes_;
  status.fault = disk_fault_.empty() ? receiver_fault_ : disk_fault_;
  return status;
}

std::vector<std::string> Exporter::Alarms() const {
  std::vector<std::string> alarms = spool_->Alarms();
  const ExporterStatus status = Describe();
  const std::string name = "export " + options_.name + ": ";
  if (!status.fault.empty()) alarms.push_back(name + std::to_string(status.waiting) + " records wait: " + status.fault);
  if (status.dropped > 0) alarms.push_back(name + std::to_string(status.dropped) + " records dropped: the spool was full");
  if (status.lost > 0) alarms.push_back(name + std::to_string(status.lost) + " records lost: too many were waiting for the disk");
  if (status.unreadable > 0) alarms.push_back(name + std::to_string(status.unreadable) + " records of the spool could not be read");
  return alarms;
}

}  // namespace sluice::exports
