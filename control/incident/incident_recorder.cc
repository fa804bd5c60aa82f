#include "control/incident/incident_recorder.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <exception>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::incident {
namespace {

constexpr std::chrono::seconds kRetainInterval{10};
// After a refusal, so that a full disk is not asked twenty times a second.
constexpr std::chrono::milliseconds kPause{500};
// A commit takes milliseconds, or two seconds where somebody else holds the database.
constexpr std::chrono::seconds kPatience{5};
// Drafts in one transaction: a bound to how long a reader's log grows and an editor waits.
constexpr size_t kDraftsAtATime = 4096;

Timestamp Now() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace

IncidentRecorder::IncidentRecorder(IncidentStore& store, RecorderOptions options)
    : store_(store), options_(std::move(options)), batch_(options_.max_groups) {
  // Signals are for the main thread.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

IncidentRecorder::~IncidentRecorder() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void IncidentRecorder::Observe(const event::Record& record, std::string_view json) noexcept {
  if (record.kind != event::RecordKind::kFinding) return;
  bool taken = false;
  try {
    const std::string_view client = options_.hosts ? options_.hosts->Find(record.flow.src) : std::string_view();
    const std::lock_guard<std::mutex> lock(mutex_);
    taken = batch_.Add(record, json, client);
  } catch (const std::exception&) {
    // No memory: lost like any other that finds no room.
  }
  (taken ? counters_.incident_findings : counters_.incident_findings_lost).fetch_add(1, std::memory_order_relaxed);
}

size_t IncidentRecorder::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return batch_.groups();
}

std::string IncidentRecorder::Fault() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!fault_.empty() || !writing_since_) return fault_;
  const auto waited = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - *writing_since_);
  return waited < kPatience ? "" : "the disk has not answered for " + std::to_string(waited.count()) + " s";
}

void IncidentRecorder::Run() {
  pthread_setname_np(pthread_self(), "sluice-incident");
  auto next_retain = std::chrono::steady_clock::now() + kRetainInterval;
  bool stopping = false, failing = false;
  while (!stopping) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, failing ? kPause : options_.interval, [&] { return stop_; });
      stopping = stop_;
    }
    failing = !CommitBatch();
    if (std::chrono::steady_clock::now() < next_retain) continue;
    Retain();
    next_retain = std::chrono::steady_clock::now() + kRetainInterval;
  }
  if (const size_t left = waiting(); left > 0) LogError(std::to_string(left) + " groups of findings did not reach the incident database");
}

bool IncidentRecorder::CommitBatch() {
  std::vector<Draft> drafts;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drafts = batch_.Take();
    if (!drafts.empty()) writing_since_ = std::chrono::steady_clock::now();
  }
  const bool written = Write(drafts);
  const std::lock_guard<std::mutex> lock(mutex_);
  writing_since_.reset();
  if (!written) batch_.PutBack(std::move(drafts));
  return written;
}

// What could not be written is left in `drafts`.
bool IncidentRecorder::Write(std::vector<Draft>& drafts) {
  for (size_t at = 0; at < drafts.size(); at += kDraftsAtATime) {
    const size_t count = std::min(kDraftsAtATime, drafts.size() - at);
    const Status status = store_.Apply(std::span(drafts).subspan(at, count));
    if (status) {
      counters_.incident_commits.fetch_add(1);
      continue;
    }
    counters_.incident_commits_failed.fetch_add(1);
    NoteFault(status.error().message());
    drafts.erase(drafts.begin(), drafts.begin() + static_cast<std::ptrdiff_t>(at));
    return false;
  }
  if (!drafts.empty()) NoteFault("");
  return true;
}

// The first of a run of faults is logged.
void IncidentRecorder::NoteFault(const std::string& fault) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fault_.empty() && !fault.empty()) LogError("incidents cannot be written, and wait: " + fault);
  if (!fault_.empty() && fault.empty()) LogInfo("incidents are written again");
  fault_ = fault;
}

void IncidentRecorder::Retain() {
  const Result<bool> more = store_.Retain(Now());
  if (!more) LogError("old incidents cannot be removed: " + more.error().message());
}

}  // namespace sluice::incident
