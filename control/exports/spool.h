// Spool: records that wait for one receiver, on disk, in the order in which they came; each has a number that no other ever gets.
//
// A database of its own (control/database), so that what was appended outlives kill -9 and power. Numbers have no gaps: a record that was
// lost before or within the spool leaves one, which its receiver can see. Thread: any; a lock makes calls one after the other.
// Allocates: yes. Failure: Result; a corrupt database is set aside and a new spool begun, whose ids differ in their first part.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/database/database.h"

namespace sluice::exports {

enum class WhenFull : uint8_t { kDropOldest, kDropNewest };

struct SpoolOptions {
  std::string path;
  uint64_t max_bytes = uint64_t{256} << 20;  // of the records that wait
  WhenFull when_full = WhenFull::kDropOldest;
};

struct WaitingRecord {
  int64_t number = 0;
  std::string line;
};

class Spool {
 public:
  static Result<std::unique_ptr<Spool>> Open(const SpoolOptions& options);

  // All of them or none; `missing` numbers behind them stay empty, for records that were lost on their way here.
  Status Append(std::span<const std::shared_ptr<const std::string>> lines, uint64_t missing);
  // The oldest ones; at least one, where any waits.
  Result<std::vector<WaitingRecord>> Front(size_t max_records, size_t max_bytes);
  // They are with the receiver.
  Status Release(int64_t through);

  // "5f3a…-12": the first part is of this spool alone.
  std::string IdOf(int64_t number) const;
  uint64_t waiting() const { return waiting_.load(); }
  uint64_t waiting_bytes() const { return bytes_.load(); }
  uint64_t dropped() const { return dropped_.load(); }    // since the start; the spool was full
  std::vector<std::string> Alarms() const;

 private:
  explicit Spool(SpoolOptions options) : options_(std::move(options)) {}
  // Which of a batch find room.
  struct Room {
    size_t begin = 0, end = 0;
    uint64_t bytes = 0;
  };
  Room RoomFor(std::span<const std::shared_ptr<const std::string>> lines) const;

  Status Connect();
  // Sets the database aside where it is corrupt; returns the error. REQUIRES: no statement of it is alive.
  Error See(const Error& error);
  // REQUIRES for all of the following: there is a database.
  Status AppendNow(std::span<const std::shared_ptr<const std::string>> lines, uint64_t missing);
  Result<std::vector<WaitingRecord>> FrontNow(size_t max_records, size_t max_bytes);
  Status ReleaseNow(int64_t through);
  Status Insert(std::span<const std::shared_ptr<const std::string>> lines, int64_t number);
  // Deletes up to and with `through`, and says how much that was.
  Status Remove(int64_t through, uint64_t& records, uint64_t& bytes);
  // The number up to which the oldest must go so that `bytes` less are there.
  Result<int64_t> OldestWorth(uint64_t bytes);

  const SpoolOptions options_;
  mutable std::mutex mutex_;  // guards all but the atomics
  std::optional<database::Database> database_;
  std::string identity_;
  int64_t next_ = 1;
  std::vector<std::string> alarms_;
  std::atomic<uint64_t> waiting_{0}, bytes_{0}, dropped_{0};
};

}  // namespace sluice::exports
