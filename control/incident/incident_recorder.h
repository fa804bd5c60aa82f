// IncidentRecorder: from findings, as the cold thread writes them, to incidents on disk. Groups in memory and commits in batches on
// a thread of its own, so that a slow disk holds up neither packets nor records.
//
// Thread: Observe on the records' thread; counters by anyone. Allocates: yes, bounded. Failure: a commit that fails is tried again with
// what came since; findings that would begin a group beyond the bound meanwhile are counted, and stand in the findings file only.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "control/incident/incident_store.h"
#include "dataplane/event/record_observer.h"
#include "dataplane/packet/host_names.h"

namespace sluice::incident {

struct RecorderOptions {
  size_t max_groups = 65536;                     // waiting for a commit
  std::chrono::milliseconds interval{50};        // between commits
  std::shared_ptr<const packet::HostNames> hosts;  // null: no host has a name
};

// Each as named in docs/operations.md.
struct RecorderCounters {
  std::atomic<uint64_t> incident_findings{0};        // taken
  std::atomic<uint64_t> incident_findings_lost{0};   // too many groups were waiting
  std::atomic<uint64_t> incident_commits{0};
  std::atomic<uint64_t> incident_commits_failed{0};
};

class IncidentRecorder final : public event::RecordObserver {
 public:
  // REQUIRES: the store outlives it.
  IncidentRecorder(IncidentStore& store, RecorderOptions options);
  // Commits what is left.
  ~IncidentRecorder() override;
  IncidentRecorder(const IncidentRecorder&) = delete;
  IncidentRecorder& operator=(const IncidentRecorder&) = delete;

  void Observe(const event::Record& record, std::string_view json) noexcept override;

  const RecorderCounters& counters() const { return counters_; }
  size_t waiting() const;
  // Why commits fail at the moment, or that one does not come back; empty where they do.
  std::string Fault() const;

 private:
  void Run();
  // False where the disk refused.
  bool CommitBatch();
  bool Write(std::vector<Draft>& drafts);
  void Retain();
  void NoteFault(const std::string& fault);

  IncidentStore& store_;
  const RecorderOptions options_;
  RecorderCounters counters_;

  mutable std::mutex mutex_;  // guards batch_, fault_, stop_, writing_since_
  std::condition_variable wake_;
  FindingBatch batch_;
  std::string fault_;
  bool stop_ = false;
  std::optional<std::chrono::steady_clock::time_point> writing_since_;  // guarded as well; a commit is under way
  std::thread thread_;
};

}  // namespace sluice::incident
