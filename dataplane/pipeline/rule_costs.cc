#include "dataplane/pipeline/rule_costs.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

namespace sluice::pipeline {
namespace {

std::set<model::DetectorIndex> DetectorsOf(const model::Rule& rule) {
  std::set<model::DetectorIndex> detectors;
  for (const model::ConditionNode& node : rule.condition.nodes) {
    if (node.kind == model::ConditionNode::Kind::kDetector) detectors.insert(node.detector);
  }
  return detectors;
}

}  // namespace

void RuleCosts::AddTo(std::map<std::string, RuleCost>& sum, const Followed& one) {
  for (const model::Rule& rule : one.policy->rules()) {
    RuleCost cost;
    for (const model::DetectorIndex detector : DetectorsOf(rule)) {
      if (detector >= one.costs->size()) continue;
      const match::DetectorCost& of = (*one.costs)[detector];
      cost.hits += of.hits.value();
      cost.confirmed += of.confirmed.value();
      cost.cycles += of.cycles.value();
    }
    if (cost.hits == 0) continue;
    RuleCost& of_rule = sum[rule.id];
    of_rule.hits += cost.hits;
    of_rule.confirmed += cost.confirmed;
    of_rule.cycles += cost.cycles;
  }
}

void RuleCosts::Follow(std::shared_ptr<const bundle::Bundle> policy, std::shared_ptr<const match::DetectorCosts> costs) {
  const std::lock_guard lock(mutex_);
  // Those of policies that are gone change no more, and would keep the policy in memory.
  const auto gone = std::stable_partition(followed_.begin(), followed_.end(), [](const Followed& one) { return one.costs.use_count() > 1; });
  std::atomic_thread_fence(std::memory_order_acquire);
  for (auto one = gone; one != followed_.end(); ++one) AddTo(ended_, *one);
  followed_.erase(gone, followed_.end());
  followed_.push_back({std::move(policy), std::move(costs)});
}

std::map<std::string, RuleCost> RuleCosts::Sum() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, RuleCost> sum = ended_;
  for (const Followed& one : followed_) AddTo(sum, one);
  return sum;
}

}  // namespace sluice::pipeline
