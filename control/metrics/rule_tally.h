// RuleTally: how often each rule fired, by what it asked for. Counts what was recorded; what found no room on the way is in
// records_lost_finding.
//
// Thread: Observe on the records' thread, Entries by anyone. Allocates: for each rule once; rules come from policies, not from the wire.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/event/record_observer.h"

namespace sluice::metrics {

class RuleTally final : public event::RecordObserver {
 public:
  struct Entry {
    std::string rule;
    verdict::Verdict verdict = verdict::Verdict::kAllow;
    uint64_t findings = 0;
  };

  void Observe(const event::Record& record, std::string_view json) noexcept override;
  // By rule, then by verdict.
  std::vector<Entry> Entries() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<verdict::Verdict, uint64_t>, std::less<>> findings_;
};

}  // namespace sluice::metrics
