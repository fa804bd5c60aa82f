// IncidentStore: incidents on disk. What it returns, to anyone, has been synced to the disk before.
//
// Writes and reads go through connections of their own, so that a page is shown while a commit waits for the disk. A database
// that is corrupt is set aside and a new one begun; that is an alarm, told by Alarms().
// Thread: any. Allocates: yes. Failure: Error as in control/database; a failed write has changed nothing.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/database/database.h"
#include "control/incident/change_feed.h"
#include "control/incident/finding_batch.h"
#include "control/incident/incident.h"
#include "control/incident/incident_search.h"

namespace sluice::incident {

struct StoreOptions {
  std::string path;
  std::chrono::seconds window = std::chrono::minutes(10);   // between two findings of one incident
  std::chrono::hours keep = std::chrono::hours(24 * 365);   // after the last finding
  uint64_t max_bytes = uint64_t{4} << 30;                   // of the database; beyond it the oldest go
  SearchLimits search;
};

// Each as named in docs/operations.md.
struct StoreCounters {
  std::atomic<uint64_t> incidents_created{0};
  std::atomic<uint64_t> incidents_expired{0};            // older than StoreOptions::keep
  std::atomic<uint64_t> incidents_removed_for_size{0};
  std::atomic<uint64_t> incidents_removed_open{0};       // of the two above: nobody had closed them
  std::atomic<uint64_t> databases_set_aside{0};
};

struct Statements;

class IncidentStore {
 public:
  // A fault that may pass, as a full disk, is an alarm: each write tries to open the database again.
  static Result<std::unique_ptr<IncidentStore>> Open(const StoreOptions& options);
  ~IncidentStore();
  IncidentStore(const IncidentStore&) = delete;
  IncidentStore& operator=(const IncidentStore&) = delete;

  // All drafts or none. Findings of one subject join its incident, where one is open and the window has not passed.
  Status Apply(std::span<const Draft> drafts);
  // Removes what is too old or too much, a bounded number at a time; true when there may be more.
  Result<bool> Retain(Timestamp now);

  // Fewer than `limit` and Page::next: the search took its time; ask on from there.
  Result<Page> List(const Filter& filter, IncidentId from, size_t limit) const;
  // kNotFound where there is none.
  Result<Incident> Get(IncidentId id) const;
  // The incidents that a block page or a finding names by this number.
  Result<std::vector<IncidentId>> FindByReference(uint64_t reference) const;

  // Each: kNotFound where there is no such incident.
  Status SetState(IncidentId id, State state);
  Status Assign(IncidentId id, const std::string& assignee);
  Status AddComment(IncidentId id, const Comment& comment);
  Status AddTag(IncidentId id, const std::string& tag);
  Status RemoveTag(IncidentId id, const std::string& tag);

  const StoreCounters& counters() const { return counters_; }
  ChangeFeed& feed() { return feed_; }
  // One sentence for each thing that somebody should see to.
  std::vector<std::string> Alarms() const;

 private:
  explicit IncidentStore(StoreOptions options);
  Status Connect();
  Status BeginAnew(const Error& fault);
  Status Connected();
  // Why there is no connection; empty: there is one.
  void NoteUnopened(const std::string& fault);
  // Runs `work` in a transaction on the writing connection; sees to corruption, after which `work` is run once more.
  Status Write(const std::function<Status()>& work);
  Status Read(const std::function<Status(database::Database&)>& work) const;
  Result<int64_t> Bytes() const;
  Result<IncidentId> FindOpen(const Draft& draft, bool& adopts);
  Result<IncidentId> ApplyOne(const Draft& draft);
  Result<IncidentId> Insert(const Draft& draft);
  Status Join(const Draft& draft, IncidentId id, bool adopts);
  Status AddReferences(const Draft& draft, IncidentId id);
  // `sql` has the incident as its first parameter; it must change a row.
  Status Edit(IncidentId id, std::string_view sql, const std::vector<std::string_view>& values);
  Result<bool> Remove(std::string_view which, int64_t bound, std::atomic<uint64_t>& counter);

  const StoreOptions options_;
  StoreCounters counters_;
  ChangeFeed feed_;

  mutable std::mutex writing_;  // guards writer_, statements_, created_
  std::optional<database::Database> writer_;
  std::unique_ptr<Statements> statements_;
  uint64_t created_ = 0;        // by the transaction under way

  mutable std::mutex reading_;  // guards reader_; taken after writing_ where both are
  mutable std::optional<database::Database> reader_;
  mutable std::atomic<bool> met_by_reader_{false};  // a corruption, for the next write to see to

  mutable std::mutex alarming_;
  std::vector<std::string> alarms_;
  std::string unopened_;
};

}  // namespace sluice::incident
