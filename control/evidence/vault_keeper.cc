#include "control/evidence/vault_keeper.h"

#include <pthread.h>

#include <csignal>
#include <exception>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::evidence {
namespace {

constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::seconds kRetainInterval{10};

Timestamp Now() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace

VaultKeeper::VaultKeeper(Vault& vault, std::shared_ptr<event::EvidenceRoom> room) : vault_(vault), room_(std::move(room)) {
  // Signals are for the main thread.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

VaultKeeper::~VaultKeeper() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void VaultKeeper::Observe(const event::Record& record, std::string_view) noexcept {
  using event::EvidenceState;
  if (record.kind != event::RecordKind::kFinding) return;
  const event::Finding& finding = record.body.finding;
  if (finding.evidence == EvidenceState::kNotAsked || finding.evidence == EvidenceState::kKept) return;
  try {
    Evidence absent;
    absent.time = record.time;
    absent.outcome = Name(finding.evidence);
    absent.rule = finding.rule.view();
    absent.client = packet::Format(record.flow.src);
    absent.destination = packet::Format(record.flow.dst);
    absent.port = record.flow.dst_port;
    absent.name = finding.object.name.view();
    absent.media_type = finding.object.media_type;
    absent.bytes = finding.object.bytes;
    absent.references = {finding.incident};
    const std::lock_guard<std::mutex> lock(mutex_);
    if (notes_.size() < kMaxNotes) return notes_.push_back(std::move(absent));
  } catch (const std::exception&) {
    // No memory: lost like any other that finds no room.
  }
  notes_lost_.fetch_add(1);
}

void VaultKeeper::Run() {
  pthread_setname_np(pthread_self(), "sluice-evidence");
  auto next_retain = std::chrono::steady_clock::now();
  for (bool stopping = false; !stopping;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, kLook, [&] { return stop_; });
      stopping = stop_;
    }
    while (StoreAll()) {
    }
    WriteNotes();
    if (std::chrono::steady_clock::now() < next_retain) continue;
    if (const Status status = vault_.Retain(Now()); !status) LogError("old evidence cannot be removed: " + status.error().message());
    next_retain = std::chrono::steady_clock::now() + kRetainInterval;
  }
}

// One of each worker in turn.
bool VaultKeeper::StoreAll() {
  bool found = false;
  for (const auto& shelf : room_->shelves()) {
    event::EvidenceItem* item = shelf->Next();
    if (item == nullptr) continue;
    found = true;
    if (const Result<EvidenceId> stored = vault_.Store(*item); !stored) LogError("evidence cannot be written down: " + stored.error().message());
    shelf->GiveBack(item);
  }
  return found;
}

void VaultKeeper::WriteNotes() {
  std::vector<Evidence> notes;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    notes.swap(notes_);
  }
  for (const Evidence& note : notes) {
    const Status written = vault_.Note(note);
    if (written) continue;
    notes_lost_.fetch_add(1);
    LogError("it cannot be written down why there is no evidence: " + written.error().message());
  }
}

}  // namespace sluice::evidence
