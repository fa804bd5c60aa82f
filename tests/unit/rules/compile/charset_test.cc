#include "rules/compile/charset.h"

#include <gtest/gtest.h>

#include "rules/compile/hex.h"

namespace sluice::compile {
namespace {

using model::Encoding;

std::optional<std::string> Encode(std::string_view text, Encoding encoding) { return CharsetEncoder().Encode(text, encoding); }

// The byte forms of Chinese markings (GB 18030-2005, Big5, Unicode).
TEST(CharsetEncoder, WritesTheKnownBytesOfMarkings) {
  EXPECT_EQ(Encode("绝密★30年", Encoding::kGb18030), BytesFromHex("bef8 c3dc a1ef 3330 c4ea"));
  EXPECT_EQ(Encode("绝密★30年", Encoding::kUtf16Le), BytesFromHex("dd7e c65b 0526 3300 3000 745e"));
  EXPECT_EQ(Encode("機密★", Encoding::kBig5), BytesFromHex("bef7 b14b a1b9"));
  EXPECT_EQ(Encode("机密★", Encoding::kUtf16Be), BytesFromHex("673a 5bc6 2605"));
}

TEST(CharsetEncoder, GivesNothingWhereACharacterIsLacking) {
  EXPECT_FALSE(Encode("绝密★", Encoding::kBig5));
  EXPECT_FALSE(Encode("Секретно", Encoding::kWindows1252));
  EXPECT_FALSE(Encode("★", Encoding::kKoi8R));
}

TEST(CharsetEncoder, WritesCyrillicInItsFourOldSets) {
  EXPECT_EQ(Encode("ДСП", Encoding::kWindows1251), BytesFromHex("c4d1cf"));
  EXPECT_EQ(Encode("ДСП", Encoding::kKoi8R), BytesFromHex("e4f3f0"));
  EXPECT_EQ(Encode("ДСП", Encoding::kCp866), BytesFromHex("84918f"));
}

TEST(CharsetEncoder, StartsAfreshAfterAFailure) {
  CharsetEncoder encoder;
  EXPECT_FALSE(encoder.Encode("绝★", Encoding::kShiftJis));
  EXPECT_EQ(encoder.Encode("極秘", Encoding::kShiftJis), BytesFromHex("8bc9 94e9"));
}

TEST(Hex, WantsWholePairs) {
  EXPECT_EQ(BytesFromHex("c3 D8"), "\xc3\xd8");
  EXPECT_FALSE(BytesFromHex("c3d"));
  EXPECT_FALSE(BytesFromHex("zz"));
  EXPECT_FALSE(BytesFromHex(""));
  EXPECT_FALSE(BytesFromHex("c 3"));
}

}  // namespace
}  // namespace sluice::compile
