#include "control/quarantine/quarantine_keeper.h"

#include <pthread.h>

#include <csignal>
#include <exception>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::quarantine {
namespace {

constexpr size_t kMaxWanted = 1024;
constexpr std::chrono::milliseconds kExpireLook{200};

Timestamp Now() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace

QuarantineKeeper::QuarantineKeeper(QuarantineBook& book, std::chrono::minutes time) : book_(book), time_(time) {
  // Signals are for the main thread.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

QuarantineKeeper::~QuarantineKeeper() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void QuarantineKeeper::Observe(const event::Record& record, std::string_view) noexcept {
  if (record.kind != event::RecordKind::kFinding || record.body.finding.verdict != verdict::Verdict::kQuarantine) return;
  try {
    Quarantine wanted;
    wanted.subject = {QuarantineKind::kPair, record.flow.src, record.flow.dst, 0};
    wanted.author = "rule " + std::string(record.body.finding.rule.view());
    wanted.reason = "its action is quarantine";
    const std::lock_guard<std::mutex> lock(mutex_);
    // A storm of one client's findings is one wish.
    if (!wanted_.empty() && wanted_.back().subject == wanted.subject) return;
    if (wanted_.size() < kMaxWanted) {
      wanted_.push_back(std::move(wanted));
      wake_.notify_all();
      return;
    }
  } catch (const std::exception&) {
    // No memory: refused like any other that finds no room.
  }
  counters_.quarantines_refused.fetch_add(1);
}

void QuarantineKeeper::Run() {
  pthread_setname_np(pthread_self(), "sluice-quarant.");
  while (true) {
    std::deque<Quarantine> wanted;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, kExpireLook, [this] { return stop_ || !wanted_.empty(); });
      if (stop_) return;
      wanted.swap(wanted_);
    }
    for (Quarantine& one : wanted) Make(std::move(one));
    if (const Status status = book_.Expire(Now()); !status) LogError("quarantines that are over cannot be let go: " + status.error().message());
  }
}

void QuarantineKeeper::Make(Quarantine wanted) {
  wanted.begun = Now();
  if (time_.count() > 0) wanted.until = wanted.begun + time_;
  const Result<Quarantine> made = book_.Add(std::move(wanted));
  (made ? counters_.quarantines_by_rules : counters_.quarantines_refused).fetch_add(1);
  if (!made && !failing_) LogError("a rule's quarantine is not made: " + made.error().message());
  failing_ = !made.ok();
}

}  // namespace sluice::quarantine
