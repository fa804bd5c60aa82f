#include "rules/evaluate/evaluate.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::evaluate {
namespace {

using model::Condition;
using model::ConditionNode;
using Kind = ConditionNode::Kind;

ConditionNode Leaf(model::DetectorIndex detector, uint32_t min_count = 1, bool distinct = false) {
  ConditionNode node;
  node.kind = Kind::kDetector;
  node.detector = detector;
  node.min_count = min_count;
  node.distinct = distinct;
  return node;
}

ConditionNode Inner(Kind kind, uint32_t size, uint32_t min_count = 1) {
  ConditionNode node;
  node.kind = kind;
  node.size = size;
  node.min_count = min_count;
  return node;
}

Hit At(model::DetectorIndex detector, uint64_t begin, uint64_t end, uint64_t value = 0) {
  Hit hit;
  hit.detector = detector;
  hit.begin = begin;
  hit.end = end;
  hit.value = value;
  return hit;
}

TEST(Evaluate, AnyHoldsAtTheFirstHit) {
  const Condition c{{Inner(Kind::kAny, 3), Leaf(0), Leaf(1)}};
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(1, 0, 4)}, false), Truth::kTrue);
  const std::span<const Hit> none;
  EXPECT_EQ(Evaluate(c, none, false), Truth::kOpen);
  EXPECT_EQ(Evaluate(c, none, true), Truth::kFalse);
}

TEST(Evaluate, AllNeedsEveryChild) {
  const Condition c{{Inner(Kind::kAll, 3), Leaf(0), Leaf(1)}};
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4)}, false), Truth::kOpen);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4)}, true), Truth::kFalse);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(1, 9, 12)}, false), Truth::kTrue);
}

TEST(Evaluate, AtLeastTwoOfThree) {
  const Condition c{{Inner(Kind::kAny, 4, 2), Leaf(0), Leaf(1), Leaf(2)}};
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(0, 5, 9)}, true), Truth::kFalse);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(2, 5, 9)}, true), Truth::kTrue);
}

TEST(Evaluate, NotHoldsOnlyWhenTheObjectIsComplete) {
  const Condition c{{Inner(Kind::kAll, 4), Leaf(0), Inner(Kind::kNot, 2), Leaf(1)}};
  const std::vector<Hit> one = {At(0, 0, 4)};
  EXPECT_EQ(Evaluate(c, one, false), Truth::kOpen);
  EXPECT_EQ(Evaluate(c, one, true), Truth::kTrue);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(1, 5, 9)}, false), Truth::kFalse);
}

TEST(Evaluate, CountsHitsOrDistinctValues) {
  const std::vector<Hit> hits = {At(0, 0, 4, 7), At(0, 10, 14, 7), At(0, 20, 24, 8)};
  EXPECT_EQ(Evaluate({{Leaf(0, 3)}}, hits, true), Truth::kTrue);
  EXPECT_EQ(Evaluate({{Leaf(0, 3, true)}}, hits, true), Truth::kFalse);
  EXPECT_EQ(Evaluate({{Leaf(0, 2, true)}}, hits, true), Truth::kTrue);
}

TEST(Evaluate, ProximityCountsCharactersBetweenHits) {
  ConditionNode near = Inner(Kind::kProximity, 3);
  near.within = 10;
  const Condition c{{near, Leaf(0), Leaf(1)}};
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(1, 14, 18)}, true), Truth::kTrue);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 0, 4), At(1, 15, 18)}, true), Truth::kFalse);
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{At(0, 100, 104), At(1, 90, 94)}, true), Truth::kTrue);
  Hit wide_a = At(0, 0, 4), wide_b = At(1, 24, 28);
  wide_a.bytes_per_character = wide_b.bytes_per_character = 2;
  EXPECT_EQ(Evaluate(c, std::vector<Hit>{wide_a, wide_b}, true), Truth::kTrue);
}

TEST(Evaluate, ProximityDoesNotReachIntoAnotherView) {
  ConditionNode near = Inner(Kind::kProximity, 3);
  near.within = 10;
  Hit other = At(1, 5, 9);
  other.view = 1;
  EXPECT_EQ(Evaluate({{near, Leaf(0), Leaf(1)}}, std::vector<Hit>{At(0, 0, 4), other}, true), Truth::kFalse);
}

TEST(Evaluate, WhereLimitsAHitToPartsOfTheObject) {
  ConditionNode leaf = Leaf(0);
  leaf.where = model::Where::kName;
  Hit hit = At(0, 0, 4);
  EXPECT_EQ(Evaluate({{leaf}}, std::vector<Hit>{hit}, true), Truth::kFalse);
  hit.where = model::Where::kName;
  EXPECT_EQ(Evaluate({{leaf}}, std::vector<Hit>{hit}, true), Truth::kTrue);
}

class InScopeTest : public ::testing::Test {
 protected:
  std::array<uint8_t, 16> source_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
  std::array<uint8_t, 16> destination_{};
  ObjectFacts Facts() const {
    return {model::Direction::kUpload, source_, destination_, "http", "image/png", "", 100, false};
  }
};

TEST_F(InScopeTest, ComparesAddressPrefixesToTheBit) {
  model::Scope scope;
  scope.sources = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 0}, 120}};
  EXPECT_EQ(InScope(scope, Facts()), Truth::kTrue);
  scope.sources = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 0}, 127}};
  EXPECT_EQ(InScope(scope, Facts()), Truth::kFalse);
}

TEST_F(InScopeTest, KnowsWildcardSubtypesAndDirections) {
  model::Scope scope;
  scope.media_types = {"image/*"};
  EXPECT_EQ(InScope(scope, Facts()), Truth::kTrue);
  scope.media_types = {"image/jpeg"};
  EXPECT_EQ(InScope(scope, Facts()), Truth::kFalse);
  scope.media_types.clear();
  scope.direction = model::Direction::kDownload;
  EXPECT_EQ(InScope(scope, Facts()), Truth::kFalse);
}

TEST_F(InScopeTest, AnUnknownClientIsInNoList) {
  model::Scope scope;
  scope.clients = {"lab-7"};
  EXPECT_EQ(InScope(scope, Facts()), Truth::kFalse);
}

TEST_F(InScopeTest, SizeStaysOpenUntilItIsKnown) {
  model::Scope scope;
  scope.min_bytes = 200;
  ObjectFacts facts = Facts();
  EXPECT_EQ(InScope(scope, facts), Truth::kOpen);
  facts.bytes = 200;
  EXPECT_EQ(InScope(scope, facts), Truth::kTrue);
  scope.max_bytes = 300;
  EXPECT_EQ(InScope(scope, facts), Truth::kOpen);
  facts.complete = true;
  EXPECT_EQ(InScope(scope, facts), Truth::kTrue);
  facts.bytes = 301;
  EXPECT_EQ(InScope(scope, facts), Truth::kFalse);
}

}  // namespace
}  // namespace sluice::evaluate
