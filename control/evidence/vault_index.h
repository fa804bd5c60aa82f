// VaultIndex: the rows of the vault: which items there are, what they are about, what became of those that are not.
//
// Thread: one at a time (the vault guards it). Allocates: yes. Failure: Error as in control/database; a failed write has changed nothing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "control/database/database.h"
#include "control/evidence/evidence.h"

namespace sluice::evidence {

class VaultIndex {
 public:
  // Rows of what is not there any more, or never was: beyond so many the oldest go.
  static constexpr int64_t kMaxNotes = 100'000;

  static Result<VaultIndex> Open(const std::string& path);

  // A row, with its references; `id` of `evidence` is not read.
  Result<EvidenceId> Add(const Evidence& evidence);
  Status SetOutcome(EvidenceId id, std::string_view outcome);
  // After writing: what is known only then.
  Status SetStored(EvidenceId id, const std::string& digest_kind, const std::string& digest, uint64_t file_bytes);
  Status TrimNotes();

  // Newest first, below `before` where that is not 0.
  Result<std::vector<Evidence>> List(EvidenceId before, size_t limit);
  // kNotFound where there is none.
  Result<Evidence> Get(EvidenceId id);
  Result<std::vector<Evidence>> OfReferences(std::span<const uint64_t> references);
  Result<std::vector<EvidenceId>> WithOutcome(std::string_view outcome);
  // The oldest stored one that is older than `bound`, or 0.
  Result<EvidenceId> OldestBefore(Timestamp bound);
  Result<uint64_t> StoredBytes();
  Result<uint64_t> StoredItems();

 private:
  explicit VaultIndex(database::Database database) : database_(std::move(database)) {}
  Result<std::vector<Evidence>> Rows(database::Statement& rows);
  Status ReadReferences(Evidence& evidence);

  database::Database database_;
};

}  // namespace sluice::evidence
