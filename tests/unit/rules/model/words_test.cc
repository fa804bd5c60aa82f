#include "rules/model/words.h"

#include <gtest/gtest.h>

#include "rules/model/encoding.h"

namespace sluice::model {
namespace {

TEST(Words, EveryNameReadsBackAsItsValue) {
  for (int i = 0; i < static_cast<int>(Severity::kCount); ++i) EXPECT_EQ(SeverityFromName(Name(static_cast<Severity>(i))), static_cast<Severity>(i));
  for (int i = 0; i < static_cast<int>(Action::kCount); ++i) EXPECT_EQ(ActionFromName(Name(static_cast<Action>(i))), static_cast<Action>(i));
  for (int i = 0; i < static_cast<int>(FailCause::kCount); ++i) EXPECT_EQ(FailCauseFromName(Name(static_cast<FailCause>(i))), static_cast<FailCause>(i));
  for (int i = 0; i < static_cast<int>(Encoding::kCount); ++i) EXPECT_EQ(EncodingFromName(Name(static_cast<Encoding>(i))), static_cast<Encoding>(i));
}

TEST(Words, UnknownNamesAreNothing) {
  EXPECT_FALSE(SeverityFromName("High"));
  EXPECT_FALSE(ActionFromName(""));
  EXPECT_FALSE(EncodingFromName("gbk2"));
}

TEST(FailModes, DefaultIsClosedExceptWhereThatStopsEveryEncryptedConnection) {
  EXPECT_EQ(DefaultFailMode(FailCause::kOverload), FailMode::kClosed);
  EXPECT_EQ(DefaultFailMode(FailCause::kReassemblyLimit), FailMode::kClosed);
  EXPECT_EQ(DefaultFailMode(FailCause::kUninspectable), FailMode::kOpen);
}

}  // namespace
}  // namespace sluice::model
