#include "dataplane/decode/declared_charset.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::decode {
namespace {

constexpr std::string_view kReport = "\xE6\x9C\xBA\xE5\xAF\x86.txt", kReportInGbk = "\xBB\xFA\xC3\xDC.txt";  // 机密

std::string Readable(std::string_view name, std::string_view charset, size_t room = 64) {
  std::string to(room, '?');
  return std::string(ReadableName(name, charset, to));
}

class ReadableNames : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(PrepareDeclaredCharsets()); }
};

TEST_F(ReadableNames, AreReadByTheCharsetThatWasGiven) {
  EXPECT_EQ(Readable(kReportInGbk, "gb18030"), kReport);
  for (const std::string_view charset : kNameCharsets) {
    std::string room(8, '?');
    EXPECT_EQ(ToUtf8("name", charset, room), 4u) << charset;
  }
}

TEST_F(ReadableNames, StayWhereTheyAreUtf8) {
  EXPECT_EQ(Readable(kReport, "gb18030"), kReport);
  EXPECT_EQ(Readable("plain.txt", "big5"), "plain.txt");
  EXPECT_EQ(Readable("", "big5"), "");
}

TEST_F(ReadableNames, StayWhereNothingIsKnownOrItDoesNotFit) {
  EXPECT_EQ(Readable(kReportInGbk, ""), kReportInGbk);
  EXPECT_EQ(Readable("\xBB\xFA\xFF\xFF", "gb18030"), "\xBB\xFA\xFF\xFF");
  EXPECT_EQ(Readable(kReportInGbk, "gb18030", 5), kReportInGbk);
}

}  // namespace
}  // namespace sluice::decode
