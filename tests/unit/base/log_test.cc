#include "base/log.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { SetLogLevel(LogLevel::kInfo); }
  // What is written to standard error while `write` runs.
  template <typename Write>
  std::string Captured(Write write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesLevelAndMessageToStandardError) {
  const std::string line = Captured([] { LogWarning("the ring is full"); });
  EXPECT_NE(line.find("warning"), std::string::npos) << line;
  EXPECT_NE(line.find("the ring is full"), std::string::npos) << line;
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  SetLogLevel(LogLevel::kError);
  EXPECT_EQ(Captured([] { LogInfo("quiet"); }), "");
  EXPECT_NE(Captured([] { LogError("loud"); }), "");
}

TEST_F(LogTest, TreatsBracesAsText) {
  const std::string line = Captured([] { LogInfo("{} {0} %s"); });
  EXPECT_NE(line.find("{} {0} %s"), std::string::npos) << line;
}

}  // namespace
}  // namespace sluice
