#include "base/visible_text.h"

#include <gtest/gtest.h>

#include "base/text_table.h"

namespace sluice {
namespace {

TEST(VisibleText, LeavesWhatAPersonReads) {
  EXPECT_EQ(VisibleText("report (机密) C:\\new \"x\"'"), "report (机密) C:\\new \"x\"'");
  EXPECT_EQ(VisibleText(""), "");
}

TEST(VisibleText, ShowsWhatWouldSteerATerminal) {
  EXPECT_EQ(VisibleText(std::string("a\x1b[31mb\0c\n\t\r\x7f", 13)), "a\\u001b[31mb\\u0000c\\n\\t\\r\\u007f");
  EXPECT_EQ(VisibleText("\xc2\x9b"), "\\u009b") << "CSI in one character";
  EXPECT_EQ(VisibleText("x\xe2\x80\xaegpj.exe"), "x\\u202egpj.exe") << "right-to-left override";
}

TEST(VisibleText, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(VisibleText("\xbb\xfa.txt"), "\\xbb\\xfa.txt");
  EXPECT_EQ(VisibleText("\xe6\x9c"), "\\xe6\\x9c") << "cut off";
  EXPECT_EQ(VisibleText("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

TEST(VisibleText, CountsColumns) {
  EXPECT_EQ(ColumnsOf("abc"), 3u);
  EXPECT_EQ(ColumnsOf("机密★10年"), 4u + 1 + 2 + 2);
  EXPECT_EQ(ColumnsOf("секретно"), 8u);
}

TEST(TextTable, LinesUpColumnsAndPadsNoEnds) {
  TextTable table({"NAME", "SIZE"});
  table.Add({"机密", "1"});
  table.Add({"a\x1b", "22"});
  EXPECT_EQ(table.Render(), "NAME     SIZE\n机密     1\na\\u001b  22\n");
  EXPECT_EQ(table.size(), 2u);
}

}  // namespace
}  // namespace sluice
