#include "rules/compile/required_literals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "rules/compile/place.h"
#include "tests/unit/rules/compile/match_sampler.h"

namespace sluice::compile {
namespace {

Expression Parse(const std::string& text) {
  std::u32string characters;
  for (const char c : text) characters += static_cast<unsigned char>(c);
  return std::get<Expression>(ParseExpression(characters, false));
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// One of the literals stands in the match, and no more than `after` bytes behind it.
bool Holds(const RequiredLiterals& way, const std::string& match) {
  return std::any_of(way.literals.begin(), way.literals.end(), [&](const RequiredLiteral& literal) {
    const std::string text = literal.ignore_case ? Lower(match) : match;
    const size_t at = text.rfind(literal.bytes);
    return at != text.npos && match.size() - at - literal.bytes.size() <= way.after;
  });
}

TEST(RequiredLiterals, StandInEveryMatch) {
  const std::vector<std::string> expressions = {
      "abcd", "abcd|efgh", "x?abcd", "(?:abc|abd)efg[0-9]{3}", "secret[ :=]{0,3}[0-9a-z]{12}", "[Ss][Ee][Cc][Rr][Ee][Tt]_?[Kk]ey", "(?:abcde){2,5}",
      "\\b(?:ghp|gho)_[A-Za-z0-9]{36}\\b", "\xe7\xbb\x9d(?:[\\x20\\x09]|\\xe3\\x80\\x80){0,2}\xe5\xaf\x86(?:[\\x20\\x09]|\\xe3\\x80\\x80){0,2}(?:\xe2\x98\x85|\xe2\x98\x86)",
      "(?:^|\\n)\\*(?:node|part)[ ,]", "a[bc]{0,4}defgh", "(?:ab|cd)(?:ef|gh)(?:ij|kl)(?:mn|op)(?:qr|st)(?:uv|wx)", "long-prefix.{0,90}suffix!", "(?:abcd|)(?:efgh|ijkl)[0-9]*?x{3}"};
  test::MatchSampler sampler(1);
  size_t ways_seen = 0;
  for (const std::string& text : expressions) {
    const Expression expression = Parse(text);
    for (const RequiredLiterals& way : FindRequiredLiterals(expression)) {
      ++ways_seen;
      for (int i = 0; i < 200; ++i) {
        const std::string match = sampler.Sample(expression);
        ASSERT_TRUE(Holds(way, match)) << text << "\n" << match;
        ASSERT_LE(match.size(), MostBytes(expression));
      }
    }
  }
  EXPECT_GT(ways_seen, 30u);
}

TEST(RequiredLiterals, StandInEveryMatchOfRandomExpressions) {
  test::MatchSampler sampler(2);
  const std::function<std::string(int)> random = [&](int depth) -> std::string {
    const uint32_t kind = sampler.Below(depth == 0 ? 2 : 6);
    const auto count = [&] { const uint32_t n = sampler.Below(3); return "{" + std::to_string(n) + "," + std::to_string(n + sampler.Below(4)) + "}"; };
    switch (kind) {
      case 0: return std::string(1 + sampler.Below(3), static_cast<char>('a' + sampler.Below(4)));
      case 1: return sampler.Below(2) == 0 ? "[aAbB]" : "[^a-c]";
      case 2: return "(?:" + random(depth - 1) + ")" + count();
      case 3: return "(?:" + random(depth - 1) + "|" + random(depth - 1) + ")";
      default: return random(depth - 1) + random(depth - 1) + random(depth - 1);
    }
  };
  size_t ways_seen = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random(4);
    const Expression expression = Parse(text);
    for (const RequiredLiterals& way : FindRequiredLiterals(expression)) {
      ++ways_seen;
      for (int i = 0; i < 20; ++i) {
        const std::string match = sampler.Sample(expression);
        ASSERT_TRUE(Holds(way, match)) << text << "\n" << match;
      }
    }
  }
  EXPECT_GT(ways_seen, 1000u);
}

TEST(RequiredLiterals, AreNoneWhereNothingIsCertain) {
  for (const char* text : {"[a-z]{8}", "(?:abcdef)?[0-9]{4}", "abcdef|[0-9]{6}", "abcdef.*"}) {
    EXPECT_TRUE(FindRequiredLiterals(Parse(text)).empty()) << text;
  }
}

TEST(RequiredLiterals, AreNotLookedForRoundMatchesLongerThanAWindow) {
  EXPECT_FALSE(AnchorsOf("abcdef[0-9]{200}").empty());
  EXPECT_TRUE(AnchorsOf("abcdef[0-9]{300}").empty());
}

TEST(RequiredLiterals, KnowHowFarAMatchGoesOnBehindThem) {
  const std::vector<RequiredLiterals> ways = FindRequiredLiterals(Parse("[0-9]{9}abcdefgh[0-9]{1,7}"));
  ASSERT_FALSE(ways.empty());
  EXPECT_EQ(ways[0].after, 7u);
}

}  // namespace
}  // namespace sluice::compile
