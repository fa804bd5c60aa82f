#include "rules/compile/expression.h"

#include <gtest/gtest.h>

#include "rules/compile/byte_expression.h"
#include "rules/compile/byte_sequences.h"
#include "rules/compile/letter_case.h"

namespace sluice::compile {
namespace {

using model::Encoding;

std::string ErrorOf(std::u32string_view text) {
  const auto parsed = ParseExpression(text, false);
  const auto* error = std::get_if<ExpressionError>(&parsed);
  return error == nullptr ? "" : error->message;
}

std::optional<ByteForm> FormOf(std::u32string_view text, Encoding encoding, bool ignore_case = false) {
  const auto parsed = ParseExpression(text, ignore_case);
  const auto* expression = std::get_if<Expression>(&parsed);
  if (expression == nullptr) return std::nullopt;
  std::string problem;
  return ByteExpressionWriter().Write(*expression, encoding, problem);
}

TEST(ExpressionParser, SaysWhyItRefuses) {
  EXPECT_NE(ErrorOf(U"a(?!b)").find("look-around"), std::string::npos);
  EXPECT_NE(ErrorOf(U"(a)\\1").find("back-references"), std::string::npos);
  EXPECT_NE(ErrorOf(U"a*+").find("possessive"), std::string::npos);
  EXPECT_NE(ErrorOf(U"(?>a)").find("atomic"), std::string::npos);
  EXPECT_NE(ErrorOf(U"\\p{L}").find("\\p"), std::string::npos);
  EXPECT_NE(ErrorOf(U"(a").find("not closed"), std::string::npos);
  EXPECT_NE(ErrorOf(U"a)").find("without its"), std::string::npos);
  EXPECT_NE(ErrorOf(U"[a").find("not closed"), std::string::npos);
  EXPECT_NE(ErrorOf(U"[z-a]").find("before it begins"), std::string::npos);
  EXPECT_NE(ErrorOf(U"a{3,2}").find("before it begins"), std::string::npos);
  EXPECT_NE(ErrorOf(U"*a").find("nothing before"), std::string::npos);
  EXPECT_NE(ErrorOf(U"a\\").find("middle of an escape"), std::string::npos);
  EXPECT_NE(ErrorOf(U"a{99999}").find("larger"), std::string::npos);
}

TEST(ExpressionParser, RefusesNestingThatWouldNotEnd) { EXPECT_NE(ErrorOf(std::u32string(5000, U'(')).find("deeply"), std::string::npos); }

TEST(ExpressionParser, TurnsFlagsOnAndOffWhereTheyStand) {
  const auto text = [](std::u32string_view expression) { return FormOf(expression, Encoding::kUtf8)->text; };
  EXPECT_EQ(text(U"a(?i)b"), text(U"a[Bb]"));
  EXPECT_EQ(text(U"(?i:a)b"), text(U"[Aa]b"));
  EXPECT_EQ(text(U"(?i)a(?-i:b)c"), text(U"[Aa]b[Cc]"));
  EXPECT_EQ(text(U"(?i)a(?s-i)b."), text(U"[Aa]b(?s:.)"));
  EXPECT_NE(ErrorOf(U"(?i--s)a"), "");
  EXPECT_NE(ErrorOf(U"(?x:a)"), "");
}

TEST(ExpressionParser, TakesBracesThatAreNoCountAsText) { EXPECT_EQ(ErrorOf(U"a{b}{,3}"), ""); }

TEST(NamesCharactersBeyondAscii, TellsCharactersFromBytes) {
  const auto names = [](std::u32string_view text) { return NamesCharactersBeyondAscii(std::get<Expression>(ParseExpression(text, false))); };
  EXPECT_TRUE(names(U"密"));
  EXPECT_TRUE(names(U"[^密]"));
  EXPECT_FALSE(names(U"[^a].\\W\\d"));
}

TEST(ByteExpressionWriter, RepeatsTheWholeCharacter) {
  EXPECT_EQ(FormOf(U"密?a", Encoding::kGb18030)->text, "(?:\\xc3\\xdc)?a");
  EXPECT_EQ(FormOf(U"密{2}", Encoding::kUtf8)->min_bytes, 6u);
}

TEST(ByteExpressionWriter, WritesUtf16Units) {
  EXPECT_EQ(FormOf(U"ab", Encoding::kUtf16Le)->text, "a\\x00b\\x00");
  EXPECT_EQ(FormOf(U"[0-9]", Encoding::kUtf16Be)->text, "\\x00[0-9]");
}

TEST(ByteExpressionWriter, LeavesOutWaysThatAnEncodingLacks) {
  EXPECT_EQ(FormOf(U"绝|機", Encoding::kBig5)->text, "(?:\\xbe\\xf7)");
  EXPECT_FALSE(FormOf(U"绝", Encoding::kBig5));
  EXPECT_TRUE(FormOf(U"绝?機", Encoding::kBig5));
}

TEST(ByteExpressionWriter, KnowsLengthsAndFirstBytes) {
  const std::optional<ByteForm> form = FormOf(U"(?:绝|机)密[0-9]{1,2}", Encoding::kGb18030);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->min_bytes, 5u);
  EXPECT_EQ(form->max_bytes, 6u);
  EXPECT_TRUE(form->first[0xbe]);
  EXPECT_TRUE(form->first[0xbb]);
  EXPECT_EQ(form->first.count(), 2u);
  EXPECT_EQ(FormOf(U"密+", Encoding::kUtf8)->max_bytes, Expression::kUnbounded);
}

TEST(ByteExpressionWriter, RefusesAWordBoundaryInTheMiddleOnly) {
  EXPECT_FALSE(FormOf(U"密\\b级", Encoding::kGb18030));
  EXPECT_TRUE(FormOf(U"\\b密级\\b", Encoding::kGb18030));
}

TEST(ByteExpressionWriter, SpellsBothCasesBeyondAscii) { EXPECT_EQ(FormOf(U"д", Encoding::kKoi8R, true)->text, "[\\xc4\\xe4]"); }

// Every character set, written as runs, holds exactly the forms of its characters.
TEST(Utf8Runs, HoldExactlyTheCharactersOfTheSet) {
  const CharSet set = {{0x20, 0x9000}, {0xf000, 0x10500}};
  const std::vector<ByteClassRun> runs = Utf8Runs(set);
  const auto in_runs = [&](const std::string& bytes) {
    return std::any_of(runs.begin(), runs.end(), [&](const ByteClassRun& run) {
      if (run.size() != bytes.size()) return false;
      for (size_t i = 0; i < run.size(); ++i) {
        const auto b = static_cast<uint8_t>(bytes[i]);
        if (b < run[i].first || b > run[i].last) return false;
      }
      return true;
    });
  };
  for (char32_t c = 0; c < 0x11000; c += 7) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string bytes;
    AppendUtf8(c, bytes);
    ASSERT_EQ(in_runs(bytes), set.Contains(c)) << static_cast<uint32_t>(c);
  }
}

TEST(Utf16Runs, CoverSupplementaryCharacters) {
  for (const CharRange range : {CharRange{0x10000, 0x10ffff}, CharRange{0x103f0, 0x10c10}, CharRange{0x20000, 0x20000}}) {
    size_t covered = 0;
    for (const ByteClassRun& run : Utf16Runs(CharSet{range}, true)) {
      size_t n = 1;
      for (const ByteClassRange& r : run) n *= static_cast<size_t>(r.last - r.first) + 1;
      covered += n;
    }
    EXPECT_EQ(covered, range.last - range.first + 1);
  }
}

TEST(CharSet, ComplementOfComplementIsTheSame) {
  const CharSet set = {{5, 9}, {20, 30}, {0x10000, CharSet::kLastCharacter}};
  EXPECT_EQ(set.Complement().Complement(), set);
  EXPECT_EQ(CharSet::All().Complement(), CharSet());
  EXPECT_EQ(CharSet({{1, 3}, {4, 6}}), CharSet({{1, 6}}));
}

}  // namespace
}  // namespace sluice::compile
