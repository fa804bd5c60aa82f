// Grouping in memory: one draft for a subject, whatever the storm.
#include "control/incident/finding_batch.h"

#include <gtest/gtest.h>

#include "tests/unit/control/incident/findings.h"

namespace sluice::incident {
namespace {

using testing::Drafts;
using testing::FindingOf;
using testing::Make;

TEST(FindingBatch, MakesOneDraftOfAStorm) {
  FindingBatch batch(10);
  for (uint64_t i = 0; i < 100; ++i) {
    FindingOf finding;
    finding.reference = i;
    finding.seconds = 1000 + static_cast<int64_t>(i);
    finding.severity = i == 50 ? model::Severity::kCritical : model::Severity::kLow;
    ASSERT_TRUE(batch.Add(Make(finding), "{}\n", "desk 7"));
  }
  const std::vector<Draft> drafts = batch.Take();
  ASSERT_EQ(drafts.size(), 1u);
  EXPECT_EQ(drafts[0].findings, 100u);
  EXPECT_EQ(drafts[0].severity, model::Severity::kCritical);
  EXPECT_EQ((drafts[0].last - drafts[0].first).count(), 99 * testing::kSecond);
  EXPECT_EQ(drafts[0].references.size() + drafts[0].references_left_out, 100u);
  EXPECT_EQ(drafts[0].sample, "{}");
  EXPECT_EQ(drafts[0].client_name, "desk 7");
  EXPECT_TRUE(batch.empty());
}

TEST(FindingBatch, TellsSubjectsApart) {
  std::vector<FindingOf> findings(5);
  findings[1].rule = "cn.other";
  findings[2].client = 2;
  findings[3].destination = 3;
  findings[4].document = "other.docx";
  EXPECT_EQ(Drafts(findings).size(), 5u);
}

TEST(FindingBatch, RefusesGroupsBeyondItsBoundAndStillCountsKnownOnes) {
  FindingBatch batch(2);
  std::vector<FindingOf> findings(3);
  findings[1].client = 2;
  findings[2].client = 3;
  EXPECT_TRUE(batch.Add(Make(findings[0]), "", ""));
  EXPECT_TRUE(batch.Add(Make(findings[1]), "", ""));
  EXPECT_FALSE(batch.Add(Make(findings[2]), "", ""));
  EXPECT_TRUE(batch.Add(Make(findings[0]), "", ""));
}

TEST(FindingBatch, JoinsWhatIsPutBackWithWhatCameSince) {
  FindingBatch batch(10);
  FindingOf first, second;
  second.client = 2;
  batch.Add(Make(first), "old", "");
  std::vector<Draft> taken = batch.Take();
  batch.Add(Make(second), "", "");
  first.seconds += 5;
  batch.Add(Make(first), "new", "");
  batch.PutBack(std::move(taken));
  batch.Add(Make(first), "newer", "");
  const std::vector<Draft> drafts = batch.Take();
  ASSERT_EQ(drafts.size(), 2u);
  EXPECT_EQ(drafts[0].findings, 3u);
  EXPECT_EQ(drafts[0].sample, "old");
  EXPECT_EQ((drafts[0].last - drafts[0].first).count(), 5 * testing::kSecond);
  EXPECT_EQ(drafts[1].findings, 1u);
}

}  // namespace
}  // namespace sluice::incident
