#include "control/metrics/rule_tally.h"

namespace sluice::metrics {

void RuleTally::Observe(const event::Record& record, std::string_view) noexcept {
  if (record.kind != event::RecordKind::kFinding) return;
  const event::Finding& finding = record.body.finding;
  const std::lock_guard<std::mutex> lock(mutex_);
  auto found = findings_.find(finding.rule.view());
  if (found == findings_.end()) found = findings_.emplace(std::string(finding.rule.view()), std::map<verdict::Verdict, uint64_t>()).first;
  ++found->second[finding.verdict];
}

std::vector<RuleTally::Entry> RuleTally::Entries() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Entry> entries;
  for (const auto& [rule, verdicts] : findings_) {
    for (const auto& [verdict, findings] : verdicts) entries.push_back({rule, verdict, findings});
  }
  return entries;
}

}  // namespace sluice::metrics
