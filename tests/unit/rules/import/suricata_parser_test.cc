#include "rules/import/suricata_parser.h"

#include <gtest/gtest.h>

namespace sluice::import {
namespace {

TEST(SuricataParser, ReadsHeadAndOptions) {
  const auto rule = ParseSuricataRule(R"(drop http [10.0.0.0/8, !10.1.0.0/16] any -> $NET 80 (msg:"a \"b\"\; c"; nocase; content:!"x;y"; sid:7;))");
  ASSERT_TRUE(rule.ok()) << rule.error().message();
  EXPECT_EQ(rule->action, "drop");
  EXPECT_EQ(rule->source, "[10.0.0.0/8, !10.1.0.0/16]");
  EXPECT_EQ(rule->destination_port, "80");
  ASSERT_EQ(rule->options.size(), 4u);
  EXPECT_EQ(rule->Value("msg"), "a \"b\"; c");
  EXPECT_TRUE(rule->options[2].negated);
  EXPECT_EQ(rule->options[2].value, "x;y");
  EXPECT_EQ(rule->Value("sid"), "7");
}

TEST(SuricataParser, RefusesWhatIsNoRule) {
  for (const char* line : {"", "alert", "alert tcp any any -> any any", "alert tcp any any -> any (sid:1;)", "alert tcp any any any any any (sid:1;)",
                           "alert tcp any any -> any any (sid:1;", "alert tcp any any -> any any more (sid:1;)", "(", ")("}) {
    EXPECT_FALSE(ParseSuricataRule(line).ok()) << line;
  }
}

TEST(SuricataParser, ReadsContents) {
  EXPECT_EQ(ContentBytes("abc"), "abc");
  EXPECT_EQ(ContentBytes("a|20 62|c"), "a bc");
  EXPECT_EQ(ContentBytes("|4142|"), "AB");
  EXPECT_EQ(ContentBytes("a\\\\b\\:c"), "a\\b:c");
  for (const char* bad : {"a|41", "|4|", "|4g|", "|41 4|"}) EXPECT_FALSE(ContentBytes(bad).has_value()) << bad;
}

TEST(SuricataParser, JoinsLinesAndLeavesCommentsOut) {
  const std::vector<SuricataLine> lines = SuricataLines("# no\n\none \\\n  two\r\n  # no\nthree\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].number, 3u);
  EXPECT_EQ(lines[0].text, "one  two");
  EXPECT_EQ(lines[1].number, 6u);
}

}  // namespace
}  // namespace sluice::import
