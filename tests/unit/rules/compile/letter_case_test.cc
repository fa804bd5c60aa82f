#include "rules/compile/letter_case.h"

#include <gtest/gtest.h>

namespace sluice::compile {
namespace {

TEST(LetterCase, FoldsLatinGreekAndCyrillic) {
  EXPECT_EQ(ToLower(U'È'), U'è');
  EXPECT_EQ(ToUpper(U'ё'), U'Ё');
  EXPECT_EQ(ToUpper(U'ω'), U'Ω');
  EXPECT_EQ(ToLower(U'×'), U'×');  // not a letter, though it stands among them
  EXPECT_EQ(ToUpper(U'÷'), U'÷');
  EXPECT_EQ(ToLower(U'密'), U'密');
}

TEST(LetterCase, UppercaseOfLowercaseIsTheSame) {
  for (char32_t c = 1; c < 0x3000; ++c) {
    if (ToLower(c) != c) {
      EXPECT_EQ(ToUpper(ToLower(c)), c);
    }
  }
}

TEST(LetterCase, Utf8RoundTrips) {
  const std::string text = "aé密😀";
  EXPECT_EQ(FromUtf8(text).size(), 4u);
  EXPECT_EQ(ToUtf8(FromUtf8(text)), text);
}

TEST(CaseVariants, GivesEachSpellingOnce) {
  EXPECT_EQ(CaseVariants("Совершенно секретно"),
            (std::vector<std::string>{"Совершенно секретно", "совершенно секретно", "СОВЕРШЕННО СЕКРЕТНО", "Совершенно Секретно"}));
  EXPECT_EQ(CaseVariants("机密"), std::vector<std::string>{"机密"});
}

}  // namespace
}  // namespace sluice::compile
