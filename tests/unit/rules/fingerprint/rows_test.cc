// Tables: what of a CSV file is a row, what of a value counts, and how many columns of one row stand in a text.
#include <gtest/gtest.h>

#include "rules/fingerprint/csv_reader.h"
#include "rules/fingerprint/row_values.h"
#include "tests/unit/rules/fingerprint/fixture.h"

namespace sluice::fingerprint {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows Read(std::string_view text, std::vector<std::string>* problems = nullptr) {
  CsvReader csv(text);
  Rows rows;
  std::vector<std::string> fields;
  std::string problem;
  while (csv.Next(fields, problem)) {
    if (problem.empty()) rows.push_back(fields);
    else if (problems != nullptr) problems->push_back(std::to_string(csv.line()) + ": " + problem);
  }
  return rows;
}

TEST(CsvReader, ReadsQuotesAndLineEnds) {
  EXPECT_EQ(Read("a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n,last"), (Rows{{"a", "b"}, {"x, \"y\"", "two\nlines"}, {"", "last"}}));
  EXPECT_EQ(Read("\xEF\xBB\xBFname;id\nM\xC3\xBCller;1,5\n"), (Rows{{"name", "id"}, {"M\xC3\xBCller", "1,5"}}));
}

TEST(CsvReader, LeavesOutBrokenQuotesOnly) {
  std::vector<std::string> problems;
  const Rows rows = Read("a,b\n\"x\"y,4\n2,3\n1,\"no end\n5,6\n", &problems);
  EXPECT_EQ(rows, (Rows{{"a", "b"}, {"2", "3"}, {"5", "6"}}));
  EXPECT_EQ(problems, (std::vector<std::string>{"2: something follows a closing quote", "4: a quote does not end"}));
}

TEST(RowValue, IsTheSameHoweverWritten) {
  const auto secrets = test::TestSecrets();
  EXPECT_EQ(RowValueOf(*secrets, "+86 138-0013-8000"), RowValueOf(*secrets, "8613800138000"));
  EXPECT_EQ(RowValueOf(*secrets, "O'Neill, Ann"), RowValueOf(*secrets, "ONEILL ANN"));
  EXPECT_FALSE(RowValueOf(*secrets, "abc").has_value());
  EXPECT_TRUE(RowValueOf(*secrets, "张三").has_value());
  EXPECT_FALSE(RowValueOf(*secrets, "张").has_value());
}


class Table : public testing::Test {
 protected:
  Table() {
    const auto secrets = test::TestSecrets();
    Document document;
    document.name = "people.csv";
    const Rows rows = {{"Zhang San", "13800138000", "6222020200112233445", "Beijing"}, {"Li Si", "13900139000", "6222020200998877665", "Beijing"}, {"张三丰", "13700137000", "6222020200555566667", "武当山"}};
    for (uint32_t r = 0; r < rows.size(); ++r) {
      for (uint16_t c = 0; c < rows[r].size(); ++c) {
        if (const auto value = RowValueOf(*secrets, rows[r][c])) document.rows.push_back({*value, r, c});
      }
    }
    SetContents contents;
    contents.name = "people";
    contents.documents.push_back(document);
    bytes_ = *WriteSet(contents, *secrets);
    set_ = *Set::Parse({bytes_.data(), bytes_.size()}, secrets);
  }
  // Round the place behind `anchor`.
  uint32_t Columns(const std::u32string& text, const std::u32string& anchor) const { return ColumnsRound(*set_, text, text.find(anchor) + anchor.size()); }

  std::vector<uint8_t> bytes_;
  std::shared_ptr<const Set> set_;
};

TEST_F(Table, CountsColumnsOfOneRow) {
  EXPECT_EQ(Columns(U"customer Zhang San, phone 138-0013-8000, card 6222 0202 0011 2233 445", U"8000"), 3u);
  EXPECT_EQ(Columns(U"phone 13800138000", U"13800138000"), 1u);
  EXPECT_EQ(Columns(U"phone 13800138000 of Li Si in Beijing", U"13800138000"), 2u);
}

TEST_F(Table, DoesNotAddUpDifferentRows) {
  EXPECT_EQ(Columns(U"13800138000, 6222020200998877665, 13700137000", U"13800138000"), 1u);
}

TEST_F(Table, FindsNamesWithinChinese) { EXPECT_EQ(Columns(U"客户姓名张三丰，电话13700137000，住址武当山上", U"13700137000"), 3u); }

TEST_F(Table, KnowsNoOtherNumber) {
  EXPECT_EQ(Columns(U"phone 13800138001", U"13800138001"), 0u);
  EXPECT_EQ(Columns(U"phone 138001380001", U"13800138000"), 0u);  // in the middle of a word
}

TEST_F(Table, ComesBackFromTheSet) {
  const SetContents contents = ReadBack(*set_);
  ASSERT_EQ(contents.documents.size(), 1u);
  EXPECT_EQ(contents.documents[0].rows.size(), set_->rows().size());
}

}  // namespace
}  // namespace sluice::fingerprint
