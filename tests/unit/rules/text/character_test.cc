#include "rules/text/character.h"

#include <gtest/gtest.h>

#include <string_view>

namespace sluice::text {
namespace {

using model::Encoding;
using namespace std::string_view_literals;

char32_t First(std::string_view text, Encoding encoding) {
  EXPECT_TRUE(PrepareCharacters(encoding).ok());
  return FirstCharacter(ByteView(text), encoding).code_point;
}

TEST(Character, ReadsTheFirstOneInEveryEncoding) {
  EXPECT_EQ(First("机密", Encoding::kUtf8), U'机');
  EXPECT_EQ(First("\x3a\x67\xc6\x5b"sv, Encoding::kUtf16Le), U'机');
  EXPECT_EQ(First("\x67\x3a\x5b\xc6"sv, Encoding::kUtf16Be), U'机');
  EXPECT_EQ(First("\xbb\xfa\xc3\xdc", Encoding::kGb18030), U'机');
  EXPECT_EQ(First("\xbe\xf7\xb1\x4b", Encoding::kBig5), U'機');
  EXPECT_EQ(First("\x8b\x40\x96\xa7", Encoding::kShiftJis), U'機');
  EXPECT_EQ(First("\xb5\xa1\xcc\xa9", Encoding::kEucJp), U'機');
  EXPECT_EQ(First("\xb4\xeb\xbf\xdc", Encoding::kEucKr), U'대');
  EXPECT_EQ(First("\xf3\xc5\xcb", Encoding::kKoi8R), U'С');
  EXPECT_EQ(First("\xd1\xe5\xea", Encoding::kWindows1251), U'С');
  EXPECT_EQ(First("\x91\xa5\xaa", Encoding::kCp866), U'С');
  EXPECT_EQ(First("\xc8", Encoding::kWindows1252), U'È');
  EXPECT_EQ(First("~{CXC\\", Encoding::kHz), U'秘');
  EXPECT_EQ(First("\x1b$B5!L)", Encoding::kIso2022Jp), U'機');
  EXPECT_EQ(First("+edhbxiYF-", Encoding::kUtf7), U'秘');
  EXPECT_EQ(First("SECRET", Encoding::kBytes), U'S');
}

TEST(Character, ReadsCharactersOfThreeAndFourBytes) {
  EXPECT_EQ(First("\x83\x36\x84\x33"sv, Encoding::kGb18030), U'한');
  EXPECT_EQ(First("\x81\x30\x87\x37"sv, Encoding::kGb18030), U'É');
  EXPECT_EQ(First("\x8f\xaa\xb1"sv, Encoding::kEucJp), U'É');
}

TEST(Character, RefusesBrokenText) {
  for (const std::string_view broken : {"\x80"sv, "\xc0\x80"sv, "\xe6\x9c"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
                                        "\xff"sv, ""sv}) {
    EXPECT_EQ(First(broken, Encoding::kUtf8), 0u);
  }
  EXPECT_EQ(First("\x00\xd8\x41\x00"sv, Encoding::kUtf16Le), 0u);
  EXPECT_EQ(First("\x41"sv, Encoding::kUtf16Le), 0u);
  EXPECT_EQ(First("\xbb"sv, Encoding::kGb18030), 0u);
  EXPECT_EQ(First("\xff\x30\x81\x30"sv, Encoding::kGb18030), 0u);
  EXPECT_EQ(First("+e"sv, Encoding::kUtf7), 0u);
}

TEST(Character, ReadsASurrogatePair) { EXPECT_EQ(First("\x40\xd8\x00\xdc"sv, Encoding::kUtf16Le), U'\U00020000'); }

TEST(Character, KnowsWhatMayNotBePrinted) {
  for (const char32_t c : {U'\0', U'\a', U'\x1b', U' ', U'\x7f', U'\x9b', U'\u00a0', U'\u00ad', U'\u0301', U'\u200b', U'\u200e', U'\u2028',
                           U'\u202e', U'\u2066', U'\u3000', U'\ue000', U'\ufe0f', U'\ufeff', U'\uffff', U'\U000e0041'}) {
    EXPECT_FALSE(IsPlainPrintable(c)) << std::hex << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'A', U'~', U'é', U'Ж', U'★', U'机', U'カ', U'대', U'Ａ'}) EXPECT_TRUE(IsPlainPrintable(c));
}

}  // namespace
}  // namespace sluice::text
