#include "dataplane/verdict/verdict.h"

#include <gtest/gtest.h>

namespace sluice::verdict {
namespace {

TEST(Verdict, HasTheNamesThatRecordsPrint) {
  EXPECT_EQ(Name(Verdict::kAllow), "allow");
  EXPECT_EQ(Name(Verdict::kAlert), "alert");
  EXPECT_EQ(Name(Verdict::kBlock), "block");
  EXPECT_EQ(Name(Verdict::kQuarantine), "quarantine");
}

TEST(Verdict, RisesWithSeverity) {
  EXPECT_LT(Verdict::kAllow, Verdict::kAlert);
  EXPECT_LT(Verdict::kAlert, Verdict::kBlock);
  EXPECT_LT(Verdict::kBlock, Verdict::kQuarantine);
}

TEST(ActionTaken, HasTheNamesThatRecordsPrint) {
  EXPECT_EQ(Name(ActionTaken::kForwarded), "forwarded");
  EXPECT_EQ(Name(ActionTaken::kDropped), "dropped");
  EXPECT_EQ(Name(ActionTaken::kReset), "reset");
  EXPECT_EQ(Name(ActionTaken::kBlockPage), "block_page");
}

}  // namespace
}  // namespace sluice::verdict
