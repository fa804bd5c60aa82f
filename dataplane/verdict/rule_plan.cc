#include "dataplane/verdict/rule_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "dataplane/content/media_type.h"
#include "rules/evaluate/evaluate.h"

namespace sluice::verdict {
namespace {

using model::ConditionNode;
using Kind = ConditionNode::Kind;

class LeafCollector {
 public:
  explicit LeafCollector(RulePlan& plan) : plan_(plan) {}

  // REQUIRES: a well-formed condition, hence at most model::kMaxConditionDepth deep.
  void Collect(size_t node, bool negated, uint32_t proximity_leaf) {
    ConditionNode& at = plan_.condition.nodes[node];
    if (at.kind == Kind::kDetector) return AddLeaf(at, negated, proximity_leaf);
    const bool below_not = negated != (at.kind == Kind::kNot);
    const uint32_t first_leaf = at.kind == Kind::kProximity ? static_cast<uint32_t>(plan_.leaves.size()) : proximity_leaf;
    for (size_t child = node + 1; child < node + at.size; child += plan_.condition.nodes[child].size) {
      Collect(child, below_not, first_leaf);
    }
    plan_.at_end = plan_.at_end || at.kind == Kind::kNot;
  }

  static constexpr uint32_t kNoProximity = UINT32_MAX;

 private:
  void AddLeaf(ConditionNode& node, bool negated, uint32_t proximity_leaf) {
    const auto index = static_cast<uint32_t>(plan_.leaves.size());
    Leaf leaf{node.detector, node.min_count, index, node.where, node.distinct, proximity_leaf != kNoProximity, negated};
    for (uint32_t other = proximity_leaf; other < index; ++other) {
      if (plan_.leaves[other].detector == leaf.detector && plan_.leaves[other].where == leaf.where) leaf.key = plan_.leaves[other].key;
    }
    plan_.leaves.push_back(leaf);
    node.detector = leaf.key;
    node.min_count = 1;
    node.distinct = false;
  }

  RulePlan& plan_;
};

RulePlan PlanRule(const model::Rule& rule) {
  RulePlan plan;
  plan.condition = rule.condition;
  static_assert(static_cast<int>(model::Action::kQuarantine) == static_cast<int>(Verdict::kQuarantine));
  plan.verdict = static_cast<Verdict>(rule.action);
  plan.at_end = rule.scope.max_bytes != UINT64_MAX || !rule.scope.media_types.empty() || !rule.exceptions.empty();
  LeafCollector(plan).Collect(0, false, LeafCollector::kNoProximity);
  plan.holds_when_empty = evaluate::Evaluate(plan.condition, std::span<const evaluate::Hit>(), true) == evaluate::Truth::kTrue;
  return plan;
}

void PlanDetectors(PolicyPlan& plan) {
  for (const RulePlan& rule : plan.rules) {
    for (const Leaf& leaf : rule.leaves) {
      DetectorPlan& detector = plan.detectors[leaf.detector];
      detector.in_proximity = detector.in_proximity || leaf.in_proximity;
      if (leaf.distinct) {
        detector.most_terms = std::max(detector.most_terms, leaf.min_count);
      } else {
        detector.thresholds.push_back(leaf.min_count);
      }
    }
  }
  for (DetectorPlan& detector : plan.detectors) {
    std::sort(detector.thresholds.begin(), detector.thresholds.end());
    detector.thresholds.erase(std::unique(detector.thresholds.begin(), detector.thresholds.end()), detector.thresholds.end());
  }
}

using RulesAt = std::map<uint64_t, std::set<uint32_t>>;

// Behind the greatest size of an exception the exception no longer stands in the way.
void AddBound(uint64_t max_bytes, uint32_t rule, RulesAt& rules_at) {
  if (max_bytes != UINT64_MAX) rules_at[max_bytes + 1].insert(rule);
}

void PlanCheckpoints(const bundle::Bundle& policy, PolicyPlan& plan) {
  RulesAt rules_at;
  for (uint32_t i = 0; i < policy.rules().size(); ++i) {
    const model::Rule& rule = policy.rules()[i];
    if (rule.scope.min_bytes > 0) rules_at[rule.scope.min_bytes].insert(i);
    const bool asks_for_type = !rule.scope.media_types.empty() ||
                               std::any_of(rule.exceptions.begin(), rule.exceptions.end(),
                                           [](const model::Exception& e) { return !e.scope.media_types.empty(); });
    if (asks_for_type) rules_at[content::kMediaTypePrefix].insert(i);
    for (const model::Exception& exception : rule.exceptions) AddBound(exception.scope.max_bytes, i, rules_at);
  }
  for (const auto& [offset, rules] : rules_at) plan.checkpoints.push_back({offset, {rules.begin(), rules.end()}});
}

}  // namespace

PolicyPlan MakePlan(const bundle::Bundle& policy) {
  PolicyPlan plan;
  plan.asks_for_names = std::any_of(policy.rules().begin(), policy.rules().end(), [](const model::Rule& rule) { return model::AsksForNames(rule.condition); });
  for (const model::Rule& rule : policy.rules()) plan.rules.push_back(PlanRule(rule));
  plan.detectors.resize(policy.detectors().size());
  PlanDetectors(plan);
  PlanCheckpoints(policy, plan);
  for (uint32_t i = 0; i < plan.rules.size(); ++i) {
    if (plan.rules[i].at_end) plan.at_end.push_back(i);
    plan.may_hold_when_empty = plan.may_hold_when_empty || plan.rules[i].holds_when_empty;
    plan.most_leaves = std::max(plan.most_leaves, plan.rules[i].leaves.size());
  }
  return plan;
}

}  // namespace sluice::verdict
