#include "rules/evaluate/alignment.h"

#include <gtest/gtest.h>

namespace sluice::evaluate {
namespace {

using model::Encoding;

Alignment Check(Encoding encoding, std::string_view before, bool from_start = true) {
  return CheckAlignment(encoding, ByteView(before), from_start);
}

TEST(Alignment, RefusesSecretInsideJiuBoDai) {
  // 久孛埭 in GBK is BE C3 D8 C3 DC AC: C3D8 C3DC (秘密) begins at its second byte.
  EXPECT_EQ(Check(Encoding::kGb18030, "\xbe"), Alignment::kAstride);
  EXPECT_EQ(Check(Encoding::kGb18030, ""), Alignment::kAligned);
}

TEST(Alignment, AcceptsAfterWholeCharacters) {
  EXPECT_EQ(Check(Encoding::kGb18030, "\xc4\xda\xb2\xbf"), Alignment::kAligned);
  EXPECT_EQ(Check(Encoding::kGb18030, "abc\xc4\xda"), Alignment::kAligned);
}

TEST(Alignment, AcceptsAfterACharacterWhoseSecondByteIsAscii) {
  // 丂 is 81 40 in GBK: the 0x40 ends a character.
  EXPECT_EQ(Check(Encoding::kGb18030, "\x81\x40"), Alignment::kAligned);
}

TEST(Alignment, AcceptsAfterAFourByteCharacter) { EXPECT_EQ(Check(Encoding::kGb18030, "\x81\x30\x81\x30"), Alignment::kAligned); }

TEST(Alignment, RefusesAfterTheFirstHalfOfAShiftJisCharacter) {
  EXPECT_EQ(Check(Encoding::kShiftJis, "\x8b"), Alignment::kAstride);
  // Half-width katakana are single bytes.
  EXPECT_EQ(Check(Encoding::kShiftJis, "\xb1\xb2\xb3"), Alignment::kAligned);
}

TEST(Alignment, CountsThreeBytesOfJisX0212InEucJp) {
  EXPECT_EQ(Check(Encoding::kEucJp, "\x8f\xb0\xa1"), Alignment::kAligned);
  EXPECT_EQ(Check(Encoding::kEucJp, "\x8f\xb0"), Alignment::kAstride);
}

TEST(Alignment, IsUnknownWhereTheTextBeforeIsCutOff) {
  EXPECT_EQ(Check(Encoding::kGb18030, "\xbe\xc3", false), Alignment::kUnknown);
  EXPECT_EQ(Check(Encoding::kGb18030, "\n\xbe\xc3", false), Alignment::kAligned);
}

TEST(Alignment, LooksBackNoFurtherThanItsWindow) {
  const std::string run(kAlignmentWindow + 100, '\xbe');
  EXPECT_EQ(Check(Encoding::kGb18030, run, true), Alignment::kUnknown);
}

TEST(Alignment, AlwaysHoldsInUtf8) { EXPECT_EQ(Check(Encoding::kUtf8, "\xe7"), Alignment::kAligned); }

}  // namespace
}  // namespace sluice::evaluate
