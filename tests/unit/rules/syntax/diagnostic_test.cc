#include "rules/syntax/diagnostic.h"

#include <gtest/gtest.h>

namespace sluice::syntax {
namespace {

TEST(Diagnostic, ShowsTheLineAndACaretUnderTheColumn) {
  SourceSet sources;
  sources.Add("pack.yaml", "rules:\n  - idd: x\n");
  const Diagnostic d{Code::kUnknownKey, Level::kError, {0, 2, 5}, "unknown key 'idd'", "did you mean 'id'?"};
  EXPECT_EQ(Render(d, sources),
            "pack.yaml:2:5: error SL1003: unknown key 'idd'\n"
            "      - idd: x\n"
            "        ^\n"
            "    hint: did you mean 'id'?\n");
}

TEST(Diagnostic, PutsTheCaretUnderWideCharacters) {
  SourceSet sources;
  sources.Add("p.yaml", "机密: x\n");
  EXPECT_EQ(Render({Code::kUnknownKey, Level::kError, {0, 1, 3}, "m", ""}, sources), "p.yaml:1:3: error SL1003: m\n    机密: x\n        ^\n");
}

TEST(Diagnostic, CutsALongLineRoundThePlace) {
  SourceSet sources;
  sources.Add("p.yaml", std::string(10'000'000, 'a'));
  const std::string text = Render({Code::kWrongType, Level::kError, {0, 1, 5'000'000}, "m", ""}, sources);
  EXPECT_LT(text.size(), 400u);
  EXPECT_NE(text.find("... "), std::string::npos);
}

TEST(Diagnostic, SurvivesAPlaceOutsideTheFile) {
  SourceSet sources;
  sources.Add("p.yaml", "a\n");
  EXPECT_NE(Render({Code::kWrongType, Level::kError, {0, 99, 99}, "m", ""}, sources).find("SL1005"), std::string::npos);
  EXPECT_EQ(Render({Code::kCannotRead, Level::kError, {7, 0, 0}, "m", ""}, sources), "error SL6001: m\n");
}

TEST(NearestName, OffersAMisspeltName) {
  EXPECT_EQ(NearestName("severty", {"severity", "scope"}), "severity");
  EXPECT_EQ(NearestName("idd", {"id", "title"}), "id");
  EXPECT_EQ(NearestName("completely-else", {"id", "title"}), "");
}

TEST(Codes, EveryCodeThatHasATextNamesItself) {
  for (uint16_t number = 1000; number < 7000; ++number) {
    const std::optional<CodeText> text = ExplainCode(number);
    if (!text) continue;
    EXPECT_EQ(CodeName(text->code), "SL" + std::to_string(number));
    EXPECT_FALSE(text->explanation.empty());
  }
  EXPECT_TRUE(ExplainCode(1003));
  EXPECT_FALSE(ExplainCode(9999));
}

TEST(Diagnostic, CannotSteerTheTerminal) {
  SourceSet sources;
  sources.Add("p\x1b.yaml", "\x1b[1m: x");
  EXPECT_EQ(Render({Code::kUnknownKey, Level::kError, {0, 1, 2}, "a\x1b[31m", "b\x07"}, sources),
            "p\\u001b.yaml:1:2: error SL1003: a\\u001b[31m\n    \\u001b[1m: x\n          ^\n    hint: b\\u0007\n");
}

}  // namespace
}  // namespace sluice::syntax
