#include "rules/evaluate/confirm.h"

#include <gtest/gtest.h>

namespace sluice::evaluate {
namespace {

using model::Encoding;

model::Pattern PatternOf(Encoding encoding, uint32_t min, uint32_t max, uint8_t first) {
  model::Pattern pattern;
  pattern.encoding = encoding;
  pattern.min_length = min;
  pattern.max_length = max;
  pattern.length = min == max ? min : 0;
  pattern.confirm_alignment = NeedsAlignment(encoding);
  pattern.AddFirstByte(first);
  return pattern;
}

TEST(Confirm, RefusesALiteralAstrideCharacters) {
  const model::Pattern secret = PatternOf(Encoding::kGb18030, 4, 4, 0xc3);
  EXPECT_FALSE(Confirm(secret, {}, ByteView(std::string_view("\xbe\xc3\xd8\xc3\xdc")), true).stands);
  EXPECT_TRUE(Confirm(secret, {}, ByteView(std::string_view("\xc3\xd8\xc3\xdc")), true).stands);
}

TEST(Confirm, FindsAnAlignedBeginningForAMatchOfUnknownLength) {
  const model::Pattern secret = PatternOf(Encoding::kGb18030, 4, 8, 0xc3);
  EXPECT_TRUE(Confirm(secret, {}, ByteView(std::string_view("\xc4\xda\xc3\xd8\xc3\xdc")), true).stands);
  EXPECT_FALSE(Confirm(secret, {}, ByteView(std::string_view("\xbe\xc3\xd8\xc3\xdc")), true).stands);
}

TEST(Confirm, LooksThroughPercentSigns) {
  model::Pattern secret = PatternOf(Encoding::kGb18030, 12, 12, '%');
  secret.form = model::TransferForm::kPercent;
  EXPECT_TRUE(Confirm(secret, {}, ByteView(std::string_view("q=%C3%D8%C3%DC")), true).stands);
  EXPECT_FALSE(Confirm(secret, {}, ByteView(std::string_view("q=%BE%C3%D8%C3%DC")), true).stands);
}

TEST(Confirm, LetsAHitStandWhereTooLittleIsSeen) {
  const model::Pattern secret = PatternOf(Encoding::kGb18030, 4, 4, 0xc3);
  const Confirmation c = Confirm(secret, {}, ByteView(std::string_view("\xbe\xc3\xd8\xc3\xdc")), false);
  EXPECT_TRUE(c.stands);
  EXPECT_FALSE(c.alignment_known);
}

TEST(Confirm, ValidatesInWideEncodingsBehindTheCharacterThatEndedIt) {
  model::Detector detector;
  detector.validator = model::ValidatorKind::kLuhn;
  const model::Pattern card = PatternOf(Encoding::kUtf16Le, 32, 34, '4');
  std::string text;
  for (const char c : std::string("x 4111111111111111,")) text += {c, '\0'};
  const Confirmation c = Confirm(card, detector, ByteView(text), true);
  EXPECT_TRUE(c.stands);
  EXPECT_EQ(c.length, 32u);
  EXPECT_EQ(c.behind, 2u);
  text[text.size() - 4] = '2';
  EXPECT_FALSE(Confirm(card, detector, ByteView(text), true).stands);
}

TEST(Confirm, AsksForRandomness) {
  model::Detector detector;
  detector.min_entropy_millibits = 3000;
  const model::Pattern key = PatternOf(Encoding::kUtf8, 8, 40, 'k');
  EXPECT_TRUE(Confirm(key, detector, ByteView(std::string_view("key=\"a8Zq3Lw0Xp5T\"")), true).stands);
  EXPECT_FALSE(Confirm(key, detector, ByteView(std::string_view("key=\"aaaaaaaaaaaa\"")), true).stands);
}

}  // namespace
}  // namespace sluice::evaluate
