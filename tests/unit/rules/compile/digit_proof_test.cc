#include "rules/compile/digit_proof.h"

#include <gtest/gtest.h>

#include "rules/compile/byte_expression.h"
#include "rules/evaluate/digit_groups.h"
#include "tests/unit/rules/compile/match_sampler.h"

namespace sluice::compile {
namespace {

Expression Parse(const std::string& text) { return std::get<Expression>(ParseExpression(std::u32string(text.begin(), text.end()), false)); }

bool HoldsGroup(const std::string& text) {
  bool found = false;
  evaluate::ForEachDigitGroup({}, ByteView(text), [&](size_t) noexcept { found = true; });
  return found;
}

TEST(DigitProof, HoldsForNumbersInGroups) {
  for (const char* text : {"\\b[0-9]{6}\\b", "[0-9]{3}-[0-9]{3}", "\\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\\b", "[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
                           "[0-9]{2} [0-9]{4}", "[0-9]{4} ?[0-9]{4}", "(?:[0-9]{8}|[XYZ][0-9]{7})", "[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{2}", "(?:ab[0-9]{3} [0-9]{3}|[0-9]{7,})x*"}) {
    EXPECT_TRUE(AlwaysHoldsDigitGroup(Parse(text))) << text;
  }
}

TEST(DigitProof, FailsWhereSomeMatchHasNone) {
  for (const char* text : {"[0-9]{5}", "[0-9]{2}-[0-9]{2}-[0-9]{2}", "[0-9]{2}[ :][0-9]{2}[ :][0-9]{2}", "[0-9]{6}|abc", "[0-9]*", "(?:[0-9]{6})?", "[0-9A-F]{12}",
                           "[A-Z]{6}[0-9LMNP]{2}[A-Z][0-9LMNP]{2}[A-Z][0-9LMNP]{3}", "[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}", ""}) {
    EXPECT_FALSE(AlwaysHoldsDigitGroup(Parse(text))) << text;
  }
}

TEST(DigitProof, HoldsInUtf16) {
  ByteExpressionWriter writer;
  std::string problem;
  for (const auto encoding : {model::Encoding::kUtf16Le, model::Encoding::kUtf16Be}) {
    const auto number = writer.Write(Parse("\\b[0-9]{2} ?[0-9]{2} ?[0-9]{2}\\b"), encoding, problem);
    ASSERT_TRUE(number) << problem;
    EXPECT_TRUE(AlwaysHoldsDigitGroup(Parse(number->text)));
    const auto date = writer.Write(Parse("[0-9]{2}-[0-9]{2}-[0-9]{2}"), encoding, problem);
    EXPECT_FALSE(AlwaysHoldsDigitGroup(Parse(date->text)));
  }
}

// What is proved is true of what the data plane finds.
TEST(DigitProof, MeansThatEachMatchIsFound) {
  test::MatchSampler sampler(3);
  ByteExpressionWriter writer;
  std::string problem;
  size_t proved = 0;
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (uint32_t n = 1 + sampler.Below(6); n > 0; --n) {
      static constexpr const char* kParts[] = {"[0-9]", "[0-9]{2}", "[0-9]{3}", "[ -]", " ?", "[A-Z]", "[0-9A-F]", "[0-9]{4,6}", "(?:[0-9]{2} |[0-9]{3}-)", "."};
      text += kParts[sampler.Below(std::size(kParts))];
    }
    for (const auto encoding : {model::Encoding::kUtf8, model::Encoding::kUtf16Le, model::Encoding::kUtf16Be}) {
      const auto form = writer.Write(Parse(text), encoding, problem);
      if (!form || !AlwaysHoldsDigitGroup(Parse(form->text))) continue;
      ++proved;
      const Expression bytes = Parse(form->text);
      for (int i = 0; i < 40; ++i) {
        const std::string match = sampler.Sample(bytes);
        ASSERT_TRUE(HoldsGroup(match)) << text << "\n" << testing::PrintToString(match);
      }
    }
  }
  EXPECT_GT(proved, 100u);
}

}  // namespace
}  // namespace sluice::compile
