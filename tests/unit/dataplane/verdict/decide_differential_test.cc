// The Decider against rules/evaluate over the full list of findings: random conditions, random findings.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "dataplane/verdict/decide.h"
#include "rules/evaluate/evaluate.h"
#include "tests/unit/dataplane/match/policy_builder.h"
#include "tests/unit/dataplane/verdict/condition_builder.h"

namespace sluice::verdict {
namespace {

constexpr uint32_t kDetectors = 4, kTermsEach = 3;
constexpr size_t kFindings = Tally::kPositions;  // all positions are remembered
constexpr uint64_t kAtEnd = UINT64_MAX;

class RandomPolicy {
 public:
  explicit RandomPolicy(uint32_t seed) : random_(seed) {}
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  Nodes Condition(int depth) {
    const uint32_t choice = depth == 0 ? 0 : Below(6);
    if (choice <= 1) return Found(Below(kDetectors), 1 + Below(3), model::Where::kAnywhere, Below(3) == 0);
    if (choice == 2) return Not(Condition(depth - 1));
    std::vector<Nodes> children;
    const uint32_t count = 2 + Below(2);
    for (uint32_t i = 0; i < count; ++i) children.push_back(choice == 3 ? Found(Below(kDetectors)) : Condition(depth - 1));
    if (choice == 3) return Near(children, 1 + Below(30));
    return choice == 4 ? All(children) : Any(children, 1 + Below(count));
  }

  std::vector<match::Finding> Findings() {
    std::vector<match::Finding> findings;
    uint64_t end = 10;
    for (size_t i = 0; i < kFindings; ++i) {
      end += 1 + Below(Below(2) == 0 ? 25 : 4);
      // Some overlap, some end together, and some have no known beginning.
      if (Below(3) == 0) end -= 1;
      const uint32_t length = Below(4) == 0 ? 0 : 2 + Below(6);
      findings.push_back(FindingAt(Below(kDetectors), end, length, Below(kTermsEach)));
    }
    return findings;
  }

 private:
  std::mt19937 random_;
};

// Where each rule first holds, by the definition.
std::map<uint32_t, uint64_t> FiredByDefinition(const bundle::Bundle& policy, const std::vector<match::Finding>& findings) {
  std::map<uint32_t, uint64_t> fired;
  std::vector<evaluate::Hit> hits;
  const auto look = [&](uint64_t at, bool complete) {
    for (uint32_t rule = 0; rule < policy.rules().size(); ++rule) {
      if (evaluate::Evaluate(policy.rules()[rule].condition, hits, complete) == evaluate::Truth::kTrue) fired.emplace(rule, at);
    }
  };
  for (const match::Finding& finding : findings) {
    evaluate::Hit hit;
    hit.detector = finding.detector;
    hit.term = finding.term;
    hit.value = finding.value;
    hit.begin = finding.offset;
    hit.end = finding.end;
    hits.push_back(hit);
    look(finding.end, false);
  }
  look(kAtEnd, true);
  return fired;
}

TEST(Decider, AgreesWithTheDefinitionOfConditions) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    RandomPolicy random(seed);
    test::PolicyBuilder builder;
    for (uint32_t d = 0; d < kDetectors; ++d) {
      const auto detector = builder.AddDetector("d" + std::to_string(d));
      for (uint32_t t = 0; t < kTermsEach; ++t) builder.AddLiteral(detector, "text" + std::to_string(d * 10 + t));
    }
    for (int i = 0; i < 12; ++i) builder.AddRule(MakeRule("r" + std::to_string(i), random.Condition(3)));
    const auto policy = builder.Build();
    const auto decider = Decider::Create(policy).value();
    for (int round = 0; round < 40; ++round) {
      const std::vector<match::Finding> findings = random.Findings();
      Tally tally;
      FiredList fired;
      std::map<uint32_t, uint64_t> seen;
      for (const match::Finding& finding : findings) {
        decider->Decide(tally, {}, {&finding, 1}, finding.end, fired);
        for (const FiredRule& rule : fired.rules()) EXPECT_TRUE(seen.emplace(rule.rule, finding.end).second);
      }
      decider->DecideAtEnd(tally, {}, 1000, fired);
      for (const FiredRule& rule : fired.rules()) EXPECT_TRUE(seen.emplace(rule.rule, kAtEnd).second);
      ASSERT_EQ(seen, FiredByDefinition(*policy, findings)) << "seed " << seed << " round " << round;
    }
  }
}

}  // namespace
}  // namespace sluice::verdict
