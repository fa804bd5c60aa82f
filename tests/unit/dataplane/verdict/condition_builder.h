// Conditions in a line of code, and findings made by hand, for tests of the verdict stage.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dataplane/match/confirm.h"
#include "rules/model/rule.h"

namespace sluice::verdict {

using Nodes = std::vector<model::ConditionNode>;
using Kind = model::ConditionNode::Kind;

inline Nodes Found(model::DetectorIndex detector, uint32_t min_count = 1, uint8_t where = model::Where::kAnywhere, bool distinct = false) {
  model::ConditionNode node;
  node.kind = Kind::kDetector;
  node.detector = detector;
  node.min_count = min_count;
  node.where = where;
  node.distinct = distinct;
  return {node};
}

inline Nodes Inner(Kind kind, const std::vector<Nodes>& children, uint32_t min_count = 1, uint32_t within = 0) {
  Nodes nodes(1);
  nodes[0].kind = kind;
  nodes[0].min_count = min_count;
  nodes[0].within = within;
  for (const Nodes& child : children) nodes.insert(nodes.end(), child.begin(), child.end());
  nodes[0].size = static_cast<uint32_t>(nodes.size());
  return nodes;
}
inline Nodes All(const std::vector<Nodes>& children) { return Inner(Kind::kAll, children); }
inline Nodes Any(const std::vector<Nodes>& children, uint32_t min_count = 1) { return Inner(Kind::kAny, children, min_count); }
inline Nodes Not(const Nodes& child) { return Inner(Kind::kNot, {child}); }
inline Nodes Near(const std::vector<Nodes>& children, uint32_t within) { return Inner(Kind::kProximity, children, 1, within); }

inline model::Rule MakeRule(std::string id, Nodes nodes, model::Action action = model::Action::kAlert) {
  model::Rule rule;
  rule.id = std::move(id);
  rule.action = action;
  rule.condition.nodes = std::move(nodes);
  return rule;
}

inline match::Finding FindingAt(model::DetectorIndex detector, uint64_t end, uint32_t length = 4, uint32_t term = 0) {
  match::Finding finding;
  finding.detector = detector;
  finding.term = term;
  finding.value = term;
  finding.length = length;
  finding.offset = end - length;
  finding.end = end;
  finding.shown = U'x';
  return finding;
}

}  // namespace sluice::verdict
