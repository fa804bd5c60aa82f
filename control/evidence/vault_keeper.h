// VaultKeeper: the thread between the workers' shelves and the vault; it also hears which findings asked for evidence in vain.
//
// Thread: Observe on the records' thread; the rest is its own. Allocates: yes, bounded. Failure: what the vault cannot store is said
// there; notes beyond the bound are counted, and stand in the finding alone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "control/evidence/vault.h"
#include "dataplane/event/record_observer.h"

namespace sluice::evidence {

class VaultKeeper final : public event::RecordObserver {
 public:
  static constexpr size_t kMaxNotes = 4096;  // waiting

  // REQUIRES: the vault outlives it; no worker uses `room` any more when it goes.
  VaultKeeper(Vault& vault, std::shared_ptr<event::EvidenceRoom> room);
  // Stores what is left.
  ~VaultKeeper() override;
  VaultKeeper(const VaultKeeper&) = delete;
  VaultKeeper& operator=(const VaultKeeper&) = delete;

  void Observe(const event::Record& record, std::string_view json) noexcept override;
  uint64_t notes_lost() const { return notes_lost_.load(); }

 private:
  void Run();
  bool StoreAll();
  void WriteNotes();

  Vault& vault_;
  const std::shared_ptr<event::EvidenceRoom> room_;
  std::atomic<uint64_t> notes_lost_{0};
  std::mutex mutex_;  // guards notes_, stop_
  std::condition_variable wake_;
  std::vector<Evidence> notes_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace sluice::evidence
