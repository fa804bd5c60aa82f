// QuarantineBook: all quarantines, on disk before they take effect, and published to the workers at each change.
//
// Thread: any. Allocates: yes. Failure: what the disk refuses leaves everything as it was; where a worker does not take a set that is an
// error, and the change stands: it takes effect with the next one, and at the next start.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/database/database.h"
#include "control/quarantine/quarantine.h"

namespace sluice::quarantine {

class QuarantineBook {
 public:
  // Hands a set to every worker; returns when each has it.
  using Publish = std::function<Status(std::shared_ptr<const verdict::QuarantineSet>)>;
  static constexpr size_t kMaxEntries = 100'000;

  static Result<std::unique_ptr<QuarantineBook>> Open(const std::string& path);

  // What is held back from the first packet on: a set for so many threads.
  Result<std::shared_ptr<const verdict::QuarantineSet>> Begin(size_t workers, Timestamp now);
  // From now on changes go to the workers. REQUIRES: they have the set that Begin gave.
  void Connect(Publish publish);
  // They do not any more; what was dropped so far is written down.
  void End();

  // `entry` without number. A second one of the same subject replaces the first.
  Result<Quarantine> Add(Quarantine entry);
  // kNotFound where there is none.
  Status Release(QuarantineId id);
  // Lets go what has reached its end. Call several times a second.
  Status Expire(Timestamp now);
  // In order of their numbers.
  std::vector<Quarantine> List() const;

 private:
  explicit QuarantineBook(database::Database database) : database_(std::move(database)) {}
  Status Read();
  Status Write(const Quarantine& entry);
  Status Erase(QuarantineId id);
  // Also where the disk refuses to forget one: it is over, and will be again at the next start.
  void EraseExpired(Timestamp now);
  Status PublishAll();
  // Adds what the set in force counted to `entries`, which are in order of their numbers as those of the set are.
  void AddDrops(std::vector<Quarantine>& entries) const;

  mutable std::mutex mutex_;  // guards all below
  database::Database database_;
  std::vector<Quarantine> entries_;
  Publish publish_;
  size_t workers_ = 0;
  std::shared_ptr<const verdict::QuarantineSet> in_force_;
  std::vector<QuarantineId> published_;  // by index of in_force_
  uint32_t generation_ = 0;
};

}  // namespace sluice::quarantine
