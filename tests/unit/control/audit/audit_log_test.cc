// The audit log: entries are there, in order, and whatever somebody does to one of them shows.
#include "control/audit/audit_log.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace sluice::audit {
namespace {

class Audit : public ::testing::Test {
 protected:
  Audit() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Audit() override { std::filesystem::remove_all(folder_); }

  void Append(int count) {
    auto log = AuditLog::Open(path_);
    ASSERT_TRUE(log.ok()) << log.error().message();
    for (int i = 0; i < count; ++i) ASSERT_TRUE((*log)->Append({"root", "incident.state", std::to_string(i), "closed"}));
  }
  std::string Text() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void Replace(const std::string& text) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << text; }
  std::string Fault() const { return Verify(path_)->fault; }

  const std::string folder_ = ::testing::TempDir() + "audit_log_test-" + std::to_string(getpid());
  const std::string path_ = folder_ + "/audit.jsonl";
};

TEST_F(Audit, HoldsTogetherAcrossRestarts) {
  Append(3);
  Append(2);
  const Verification seen = Verify(path_).value();
  EXPECT_TRUE(seen.intact()) << seen.fault;
  EXPECT_EQ(seen.entries, 5u);
  EXPECT_EQ(seen.bytes, std::filesystem::file_size(path_));
}

TEST_F(Audit, IsOneJsonObjectALineWhateverAnEntryHolds) {
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE((*log)->Append({"a\"b\n", "x", "\",\"hash\":\"", "\x1b[2J\xff"}));
  const std::vector<std::string> lines = (*log)->Tail(10).value();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(lines[0])["actor"], "a\"b\n");
  EXPECT_EQ(lines[0].find('\x1b'), std::string::npos);
  EXPECT_TRUE(Verify(path_)->intact());
}

TEST_F(Audit, ShowsAnyByteThatWasChanged) {
  Append(3);
  const std::string text = Text();
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    Replace(changed);
    EXPECT_FALSE(Verify(path_)->intact()) << "byte " << at;
  }
}

TEST_F(Audit, ShowsLinesThatWereTakenOutOrTurnedAround) {
  Append(3);
  const std::string text = Text();
  const size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  Replace(text.substr(0, second) + text.substr(third));
  EXPECT_NE(Fault(), "");
  Replace(text.substr(second));
  EXPECT_NE(Fault(), "");
  Replace(text.substr(0, second) + text.substr(third) + text.substr(second, third - second));
  EXPECT_NE(Fault(), "");
}

// What a chain alone cannot show: an end that is gone. A digest noted elsewhere does.
TEST_F(Audit, ShowsAnEndThatIsGoneToWhoeverNotedItsDigest) {
  Append(3);
  const std::string noted = Verify(path_)->head;
  EXPECT_TRUE(Verify(path_, noted)->met.value());
  const std::string text = Text();
  Replace(text.substr(0, text.rfind('{')));
  EXPECT_TRUE(Verify(path_)->intact());
  EXPECT_FALSE(Verify(path_, noted)->met.value());
}

TEST_F(Audit, TakesAwayALineThatACrashLeftHalfAndSaysSo) {
  Append(2);
  std::ofstream(path_, std::ios::app) << "{\"seq\":3,\"ti";
  Append(1);
  const Verification seen = Verify(path_).value();
  EXPECT_TRUE(seen.intact()) << seen.fault;
  EXPECT_EQ(seen.entries, 4u);
  EXPECT_NE(Text().find("audit.recovered"), std::string::npos);
}

TEST_F(Audit, SetsABrokenLogAsideAndBeginsTheNewOneWithIt) {
  Append(2);
  std::string text = Text();
  text[20] = '#';
  Replace(text);
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ((*log)->alarms().size(), 1u);
  EXPECT_NE(Text().find("audit.begun"), std::string::npos);
  EXPECT_TRUE(Verify(path_)->intact());
  EXPECT_TRUE(std::filesystem::exists(path_ + ".set-aside-1"));
}

TEST_F(Audit, LeavesNoTraceOfAnEntryThatTheDiskRefused) {
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE((*log)->Append({"root", "a", "", ""}));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{std::filesystem::file_size(path_) + 10, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const Status refused = (*log)->Append({"root", "b", "", ""});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(refused.ok());
  ASSERT_TRUE((*log)->Append({"root", "c", "", ""}));
  EXPECT_EQ(Verify(path_)->entries, 2u);
  EXPECT_TRUE(Verify(path_)->intact());
}

}  // namespace
}  // namespace sluice::audit
