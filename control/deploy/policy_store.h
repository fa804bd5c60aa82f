// PolicyStore: every policy that was ever taken in, with author, time and digest, and what was put in force when.
//
// The list is an SQLite database, the bundles are files beside it, named by their digests. Thread: one at a time.
// Allocates: yes. Failure: what the disk refuses leaves everything as it was; a bundle whose file is gone or changed is said to be so.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "base/clock.h"
#include "control/database/database.h"

namespace sluice::deploy {

using VersionId = int64_t;

// A policy as it was taken in.
struct Version {
  VersionId id = 0;
  std::string digest;
  std::string author;
  std::string comment;
  Timestamp time;
  uint64_t rules = 0;
  std::string signer;  // fingerprint of the key; empty: nobody signed it
};

// A policy was put in force.
struct Publication {
  VersionId version = 0;
  std::string author;
  std::string how;  // "publish", "rollback", "file", "start"
  Timestamp time;
  uint32_t generation = 0;
};

class PolicyStore {
 public:
  // Bundles kept at most; beyond it the oldest goes that is neither in force nor was before it.
  static constexpr size_t kMaxVersions = 200;

  // `directory` is there.
  static Result<std::unique_ptr<PolicyStore>> Open(const std::string& directory);

  // The version of that digest where it is known already; else a new one. `version` is without number.
  Result<Version> Add(Version version, ByteView bytes);
  // Newest first.
  Result<std::vector<Version>> List();
  // kNotFound where there is none.
  Result<Version> Get(VersionId id);
  std::string PathOf(const Version& version) const { return directory_ + "/policies/" + version.digest + ".slb"; }

  Status Record(const Publication& publication);
  // Newest first, at most `limit`.
  Result<std::vector<Publication>> History(size_t limit);
  // The one in force, and the one before it: the last that is not the same version.
  Result<std::optional<Publication>> InForce();
  Result<std::optional<Publication>> Before();

  // The digest of the configuration's own policy file when it was last looked at.
  Result<std::string> FileDigest();
  Status SetFileDigest(const std::string& digest);

  uint64_t removed() const { return removed_; }

 private:
  PolicyStore(std::string directory, database::Database database) : directory_(std::move(directory)), database_(std::move(database)) {}
  Status RemoveOldest();
  Result<std::optional<Version>> FindDigest(const std::string& digest);

  const std::string directory_;
  database::Database database_;
  uint64_t removed_ = 0;
};

}  // namespace sluice::deploy
