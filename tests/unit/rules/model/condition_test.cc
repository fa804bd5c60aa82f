#include "rules/model/condition.h"

#include <gtest/gtest.h>

namespace sluice::model {
namespace {

using Kind = ConditionNode::Kind;

ConditionNode Leaf(DetectorIndex detector) {
  ConditionNode node;
  node.kind = Kind::kDetector;
  node.detector = detector;
  return node;
}

ConditionNode Inner(Kind kind, uint32_t size) {
  ConditionNode node;
  node.kind = kind;
  node.size = size;
  return node;
}

TEST(Condition, AcceptsATreeWhoseSizesNest) {
  EXPECT_TRUE(IsWellFormed({{Inner(Kind::kAll, 4), Leaf(0), Inner(Kind::kNot, 2), Leaf(1)}}, 2));
}

TEST(Condition, RefusesAnEmptyTree) { EXPECT_FALSE(IsWellFormed({}, 1)); }

TEST(Condition, RefusesADetectorThatIsNotThere) { EXPECT_FALSE(IsWellFormed({{Inner(Kind::kAny, 2), Leaf(2)}}, 2)); }

TEST(Condition, RefusesSizesThatRunPastTheParent) {
  EXPECT_FALSE(IsWellFormed({{Inner(Kind::kAll, 3), Inner(Kind::kNot, 3), Leaf(0)}}, 1));
}

TEST(Condition, RefusesNotWithTwoChildren) { EXPECT_FALSE(IsWellFormed({{Inner(Kind::kNot, 3), Leaf(0), Leaf(0)}}, 1)); }

TEST(Condition, RefusesACountThatNoNumberOfChildrenReaches) {
  ConditionNode any = Inner(Kind::kAny, 3);
  any.min_count = 3;
  EXPECT_FALSE(IsWellFormed({{any, Leaf(0), Leaf(0)}}, 1));
}

TEST(Condition, RefusesATreeDeeperThanTheBound) {
  const auto chain = [](uint32_t depth) {
    Condition condition;
    for (uint32_t i = 0; i + 1 < depth; ++i) condition.nodes.push_back(Inner(Kind::kNot, depth - i));
    condition.nodes.push_back(Leaf(0));
    return condition;
  };
  EXPECT_TRUE(IsWellFormed(chain(kMaxConditionDepth), 1));
  EXPECT_FALSE(IsWellFormed(chain(kMaxConditionDepth + 1), 1));
}

}  // namespace
}  // namespace sluice::model
