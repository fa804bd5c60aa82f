// FindingBatch: findings since the last commit, grouped by subject, so that a storm costs the database one row.
//
// Thread: one at a time (the recorder guards it). Allocates: yes (cold thread), within its bound of groups. Failure: Add says
// when a finding would begin a group beyond the bound; the caller counts it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control/incident/incident.h"
#include "dataplane/event/record.h"

namespace sluice::incident {

// What the findings of one subject add up to.
struct Draft {
  std::string key;                    // the subject as bytes
  Subject subject;
  std::string client_name, app, direction, media_type;
  model::Severity severity = model::Severity::kInfo;
  verdict::Verdict verdict = verdict::Verdict::kAllow;
  verdict::ActionTaken action = verdict::ActionTaken::kForwarded;
  Timestamp first, last;
  uint64_t findings = 0;
  std::vector<uint64_t> references;   // each once
  uint64_t references_left_out = 0;
  std::string sample;
};

class FindingBatch {
 public:
  // References that a draft, and then an incident, keeps.
  static constexpr size_t kMaxReferences = 32;

  explicit FindingBatch(size_t max_groups) : max_groups_(max_groups) {}

  // False: not taken, since its group would be one too many. REQUIRES: the record is a finding.
  bool Add(const event::Record& record, std::string_view json, std::string_view client_name);
  // The drafts in the order in which they began; the batch is empty afterwards.
  std::vector<Draft> Take();
  // Puts back what could not be committed, in front of what came since; may pass the bound by that.
  void PutBack(std::vector<Draft> drafts);

  bool empty() const { return drafts_.empty(); }
  size_t groups() const { return drafts_.size(); }

 private:
  const size_t max_groups_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::string, size_t> index_;  // Draft::key to its place in drafts_
  std::string key_;                                // kept for its memory
};

}  // namespace sluice::incident
