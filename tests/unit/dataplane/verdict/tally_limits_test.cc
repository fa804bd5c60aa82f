// What happens at each of a tally's limits: something is counted, and the strongest verdict is never lost.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataplane/verdict/decide.h"
#include "tests/unit/dataplane/match/policy_builder.h"
#include "tests/unit/dataplane/verdict/condition_builder.h"

namespace sluice::verdict {
namespace {

using match::Finding;

struct Decided {
  explicit Decided(test::PolicyBuilder& builder) : policy(builder.Build()), decider(Decider::Create(policy).value()) {}
  uint64_t Count(DecideCounter counter) const { return decider->counters().value(counter); }

  std::shared_ptr<const bundle::Bundle> policy;
  std::unique_ptr<Decider> decider;
  Tally tally;
  FiredList fired;
};

void AddDetectors(test::PolicyBuilder& builder, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const auto detector = builder.AddDetector("d." + std::to_string(i));
    for (int term = 0; term < 40; ++term) builder.AddLiteral(detector, "text " + std::to_string(i * 100 + static_cast<size_t>(term)));
  }
}

TEST(TallyLimits, StillFiresForADetectorThatFindsNoRoom) {
  test::PolicyBuilder builder;
  const size_t detectors = Tally::kEntries + 2;
  AddDetectors(builder, detectors);
  const auto last = static_cast<model::DetectorIndex>(detectors - 1);
  builder.AddRule(MakeRule("single", Found(last), model::Action::kBlock));
  builder.AddRule(MakeRule("twice", Found(last, 2)));
  Decided d(builder);
  std::vector<Finding> findings;
  for (uint32_t i = 0; i < detectors; ++i) findings.push_back(FindingAt(i, 10 + i));
  d.decider->Decide(d.tally, {}, findings, 100, d.fired);
  ASSERT_EQ(d.fired.rules().size(), 1u);
  EXPECT_EQ(d.fired.strongest(), Verdict::kBlock);
  EXPECT_EQ(d.fired.rules()[0].count, 1u);
  EXPECT_EQ(d.Count(DecideCounter::kDetectorsOverLimit), 2u);
  // A second one is no second firing, and cannot be counted as two.
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(last, 200)}, 300, d.fired);
  EXPECT_TRUE(d.fired.rules().empty());
  EXPECT_EQ(d.Count(DecideCounter::kDetectorsOverLimit), 3u);
}

TEST(TallyLimits, CountsDistinctTermsThatFindNoRoom) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 1);
  builder.AddRule(MakeRule("many", Found(0, Tally::kTerms + 1, model::Where::kAnywhere, true)));
  Decided d(builder);
  std::vector<Finding> findings;
  for (uint32_t i = 0; i < Tally::kTerms + 3; ++i) findings.push_back(FindingAt(0, 10 + i * 4, 4, i));
  d.decider->Decide(d.tally, {}, findings, 100, d.fired);
  EXPECT_TRUE(d.fired.rules().empty());
  EXPECT_EQ(d.Count(DecideCounter::kTermsOverLimit), 3u);
}

TEST(TallyLimits, KeepsNoMoreTermsThanARuleAsksFor) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 2);
  builder.AddRule(MakeRule("a", Found(0, 3, model::Where::kAnywhere, true)));
  builder.AddRule(MakeRule("b", Found(1, 3, model::Where::kAnywhere, true)));
  Decided d(builder);
  std::vector<Finding> findings;
  for (uint32_t i = 0; i < 40; ++i) findings.push_back(FindingAt(0, 10 + i * 4, 4, i));
  for (uint32_t i = 0; i < 40; ++i) findings.push_back(FindingAt(1, 200 + i * 4, 4, i));
  d.decider->Decide(d.tally, {}, findings, 400, d.fired);
  EXPECT_EQ(d.fired.rules().size(), 2u);
  EXPECT_EQ(d.Count(DecideCounter::kTermsOverLimit), 0u);
}

TEST(TallyLimits, CountsPositionsThatGaveWay) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 2);
  builder.AddRule(MakeRule("near", Near({Found(0), Found(1)}, 5)));
  Decided d(builder);
  std::vector<Finding> findings;
  for (uint32_t i = 0; i < Tally::kPositions + 2; ++i) findings.push_back(FindingAt(0, 1000 * (i + 1)));
  d.decider->Decide(d.tally, {}, findings, 100000, d.fired);
  EXPECT_EQ(d.Count(DecideCounter::kPositionsForgotten), 2u);
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(1, 100006)}, 200000, d.fired);
  EXPECT_TRUE(d.fired.rules().empty());
  // The newest are the ones that are kept.
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(0, 100012)}, 200000, d.fired);
  EXPECT_EQ(d.fired.rules().size(), 1u);
}

TEST(TallyLimits, NeverTakesAStrongerRuleForFired) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 2);
  // Rule 64 + k has the same bit as rule k beyond the list.
  const uint32_t rules = 64 + 32;
  for (uint32_t i = 0; i < rules; ++i) {
    const bool strong = i == rules - 1;
    builder.AddRule(MakeRule("r" + std::to_string(i), Found(strong ? 1 : 0), strong ? model::Action::kBlock : model::Action::kAlert));
  }
  Decided d(builder);
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(0, 10)}, 20, d.fired);
  EXPECT_EQ(d.fired.rules().size(), FiredList::kCapacity);
  EXPECT_GT(d.fired.overflow(), 0u);
  EXPECT_GT(d.Count(DecideCounter::kFiredForgotten), 0u);
  EXPECT_EQ(d.Count(DecideCounter::kFiredOverLimit), d.fired.overflow());
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(1, 30)}, 40, d.fired);
  ASSERT_EQ(d.fired.rules().size(), 1u);
  EXPECT_EQ(d.fired.strongest(), Verdict::kBlock);
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(0, 50), FindingAt(1, 60)}, 70, d.fired);
  EXPECT_TRUE(d.fired.rules().empty());
}

TEST(TallyLimits, KeepsTheStrongestVerdictOfRulesBeyondTheList) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 1);
  for (size_t i = 0; i <= FiredList::kCapacity; ++i) {
    builder.AddRule(MakeRule("r" + std::to_string(i), Found(0), i == FiredList::kCapacity ? model::Action::kBlock : model::Action::kAlert));
  }
  Decided d(builder);
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(0, 10)}, 20, d.fired);
  EXPECT_EQ(d.fired.overflow(), 1u);
  EXPECT_EQ(d.fired.strongest(), Verdict::kBlock);
}

TEST(TallyLimits, HoldsOffsetsBeyondItsRangeAtTheGreatest) {
  test::PolicyBuilder builder;
  AddDetectors(builder, 1);
  builder.AddRule(MakeRule("r", Found(0)));
  Decided d(builder);
  d.decider->Decide(d.tally, {}, std::vector{FindingAt(0, uint64_t{1} << 60, 100000)}, uint64_t{1} << 60, d.fired);
  ASSERT_EQ(d.fired.rules().size(), 1u);
  EXPECT_EQ(d.fired.rules()[0].offset + d.fired.rules()[0].length, (uint64_t{1} << TallyEntry::kOffsetBits) - 1);
}

}  // namespace
}  // namespace sluice::verdict
