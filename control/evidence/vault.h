// Vault: items of evidence on disk, each sealed for a key that the appliance does not have, and the index of what they are.
//
// A row says that an item is being written before its file begins, and that it is stored after the file is on the disk; what a crash
// leaves between the two is dropped at the next start, counted, and its row says so. Thread: any; Store by one at a time.
// Allocates: yes. Failure: what cannot be stored is a row with the reason, and a counter; a corrupt index is set aside, an alarm.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/evidence/item_key.h"
#include "control/evidence/item_writer.h"
#include "control/evidence/vault_index.h"
#include "dataplane/event/evidence_shelf.h"

namespace sluice::evidence {

struct VaultOptions {
  std::string directory;
  SealingKey key;
  bool keyed_digest = false;                              // a digest by which nobody can recognise a known document
  std::chrono::hours keep = std::chrono::hours(24 * 90);  // after the finding
  uint64_t max_bytes = uint64_t{10} << 30;                // of the files
  bool stop_when_full = false;                            // false: the oldest go
};

// Each as named in docs/operations.md.
struct VaultCounters {
  std::atomic<uint64_t> evidence_stored{0};
  std::atomic<uint64_t> evidence_refused_full{0};      // vault or disk
  std::atomic<uint64_t> evidence_failed{0};
  std::atomic<uint64_t> evidence_expired{0};
  std::atomic<uint64_t> evidence_removed_for_size{0};
  std::atomic<uint64_t> evidence_unfinished{0};        // found at the start
};

class Vault {
 public:
  static Result<std::unique_ptr<Vault>> Open(const VaultOptions& options);

  // The row's number, also where the item could not be stored.
  Result<EvidenceId> Store(const event::EvidenceItem& item);
  // There is nothing to store: why.
  Status Note(const Evidence& absent);
  // Removes what is too old.
  Status Retain(Timestamp now);

  Result<std::vector<Evidence>> List(EvidenceId before, size_t limit);
  Result<Evidence> Get(EvidenceId id);
  Result<std::vector<Evidence>> OfReferences(std::span<const uint64_t> references);
  // The file, encrypted as it is. kNotFound where it is not there.
  Result<std::string> Read(EvidenceId id);

  const VaultCounters& counters() const { return counters_; }
  uint64_t stored_bytes() const { return stored_bytes_.load(); }
  uint64_t stored_items() const { return stored_items_.load(); }
  std::vector<std::string> Alarms() const;

 private:
  explicit Vault(VaultOptions options) : options_(std::move(options)) {}
  Status OpenIndex();
  Status DropUnfinished();
  Status ReadDigestKey();
  std::string PathOf(EvidenceId id) const;
  // Whether there is room for so many bytes, after the oldest went where they may.
  Result<bool> MakeRoom(uint64_t bytes);
  Result<bool> RemoveOldest();
  Status Remove(EvidenceId id, std::string_view why);
  Status WriteFile(const event::EvidenceItem& item, EvidenceId id, const Evidence& evidence);
  Status Refuse(EvidenceId id, std::string_view outcome, std::atomic<uint64_t>& counter);
  std::string DigestOf(const event::EvidenceItem& item) const;
  Status CountStored();

  const VaultOptions options_;
  VaultCounters counters_;
  std::atomic<uint64_t> stored_bytes_{0}, stored_items_{0};
  std::array<uint8_t, 32> digest_key_{};
  mutable std::mutex mutex_;  // guards all below
  std::optional<VaultIndex> index_;
  std::vector<std::string> alarms_;
};

}  // namespace sluice::evidence
