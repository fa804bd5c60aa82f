#include "rules/model/condition.h"

#include <algorithm>

namespace sluice::model {
namespace {

using Kind = ConditionNode::Kind;

// Children of an inner node must fill its subtree exactly, and suit its kind.
bool ChildrenSuit(const Condition& condition, size_t parent) {
  const ConditionNode& node = condition.nodes[parent];
  const size_t end = parent + node.size;
  uint32_t children = 0;
  for (size_t child = parent + 1; child < end; child += condition.nodes[child].size) {
    const ConditionNode& c = condition.nodes[child];
    if (c.size == 0 || c.size > end - child) return false;
    if (node.kind == Kind::kProximity && c.kind != Kind::kDetector) return false;
    ++children;
  }
  switch (node.kind) {
    case Kind::kAll: return children >= 1;
    case Kind::kAny: return children >= node.min_count;
    case Kind::kNot: return children == 1;
    case Kind::kProximity: return children >= 2;
    default: return false;
  }
}

// Depth of the deepest node in [begin, end), whose sizes nest; stops looking beyond the limit.
uint32_t DepthOf(const Condition& condition, size_t begin, size_t end, uint32_t depth) {
  if (begin >= end || depth > kMaxConditionDepth) return depth;
  uint32_t deepest = depth;
  for (size_t i = begin; i < end; i += condition.nodes[i].size) {
    deepest = std::max(deepest, DepthOf(condition, i + 1, i + condition.nodes[i].size, depth + 1));
  }
  return deepest;
}

}  // namespace

bool AsksForNames(const Condition& condition) {
  return std::any_of(condition.nodes.begin(), condition.nodes.end(), [](const ConditionNode& node) {
    return node.kind == Kind::kDetector && node.where != Where::kAnywhere && (node.where & Where::kName) != 0;
  });
}

bool IsWellFormed(const Condition& condition, uint32_t detector_count) {
  if (condition.nodes.empty() || condition.nodes[0].size != condition.nodes.size()) return false;
  for (size_t i = 0; i < condition.nodes.size(); ++i) {
    const ConditionNode& node = condition.nodes[i];
    if (node.min_count == 0 || node.size == 0 || node.size > condition.nodes.size() - i) return false;
    if (node.where == 0 || (node.where & ~Where::kAnywhere) != 0) return false;
    if (node.kind == Kind::kDetector) {
      if (node.size != 1 || node.detector >= detector_count) return false;
    } else if (!ChildrenSuit(condition, i)) {
      return false;
    }
  }
  return DepthOf(condition, 0, condition.nodes.size(), 0) <= kMaxConditionDepth;
}

}  // namespace sluice::model
