// What is added to a rule stands there, and nothing else of the pack changes.
#include "rules/amend/amend.h"

#include <gtest/gtest.h>

namespace sluice::amend {
namespace {

syntax::SourceSet Sources(const std::string& text) {
  syntax::SourceSet sources;
  sources.Add("names.txt", "- id: acme.two\n", model::SourceKind::kList);
  sources.Add("acme.yaml", text);
  return sources;
}

const Exception kAudit{"Auditors, \"ticket\" 4711", "2027-03-31", {"10.0.0.5"}, {"2001:db8::7"}};

std::string WithException(const std::string& text, const std::string& rule = "acme.two") {
  const Result<Amended> amended = AddException(Sources(text), rule, kAudit);
  return amended ? amended->text : "ERROR " + amended.error().message();
}
std::string WithExample(const std::string& text, const std::string& example) {
  const Result<Amended> amended = AddNoMatch(Sources(text), "acme.two", example);
  return amended ? amended->text : "ERROR " + amended.error().message();
}

TEST(Amend, PutsANewListWhereTheLanguageHasIt) {
  EXPECT_EQ(WithException("# ours\nrules:\n  - id: acme.one\n    detect: [a]\n  - id: acme.two   # the second\n    title: Two\n    condition:  # of these\n      all: [a, b]\n"),
            "# ours\nrules:\n  - id: acme.one\n    detect: [a]\n  - id: acme.two   # the second\n    title: Two\n"
            "    exceptions:\n      - reason: \"Auditors, \\\"ticket\\\" 4711\"\n        expires: 2027-03-31\n"
            "        scope: {source: [\"10.0.0.5\"], destination: [\"2001:db8::7\"]}\n"
            "    condition:  # of these\n      all: [a, b]\n");
}

TEST(Amend, PutsANewListBehindTheIdWhereNoKeyFollowsIt) {
  EXPECT_EQ(WithExample("rules:\n- id: acme.two\n  title: Two", "draft"), "rules:\n- id: acme.two\n  no_match:\n    - \"draft\"\n  title: Two");
  EXPECT_EQ(WithExample("rules:\n- id: acme.two", "draft"), "rules:\n- id: acme.two\n  no_match:\n    - \"draft\"\n");
}

TEST(Amend, PutsAnEntryBeforeThoseThatAreThere) {
  EXPECT_EQ(WithExample("rules:\n  - id: acme.two\n    no_match:\n      # traps\n      -   one\n      - |\n        two\n    title: x\n", "a\nb"),
            "rules:\n  - id: acme.two\n    no_match:\n      # traps\n      - \"a\\x0Ab\"\n      -   one\n      - |\n        two\n    title: x\n");
}

TEST(Amend, PutsAnExampleIntoBrackets) {
  EXPECT_EQ(WithExample("rules:\n  - id: acme.two\n    no_match: [one, {hex: 00}]\n", "机密"), "rules:\n  - id: acme.two\n    no_match: [\"机密\", one, {hex: 00}]\n");
  EXPECT_EQ(WithExample("rules:\n  - id: acme.two\n    no_match: []\n", "x"), "rules:\n  - id: acme.two\n    no_match: [\"x\"]\n");
}

TEST(Amend, SaysWhatToAddByHandWhereItCannot) {
  for (const char* text : {"rules: [{id: acme.two, title: Two}]\n", "rules:\n  - id: acme.two\n    exceptions: [{reason: r}]\n",
                           "rules:\n  - id: acme.two\n    exceptions:\n      -\n        reason: r\n", "rules:\n  - id: acme.two\n    exceptions: none\n"}) {
    const Result<Amended> amended = AddException(Sources(text), "acme.two", kAudit);
    ASSERT_FALSE(amended.ok()) << text << amended->text;
    EXPECT_EQ(amended.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(amended.error().message().find("expires: 2027-03-31"), std::string::npos);
  }
}

TEST(Amend, NamesTheRuleThatNoPackHas) {
  const Result<Amended> amended = AddNoMatch(Sources("rules:\n  - id: acme.one\n"), "acme.two", "x");
  ASSERT_FALSE(amended.ok());
  EXPECT_EQ(amended.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(amended.error().message(), "no pack of the policy has a rule 'acme.two'");
}

TEST(Amend, LeavesATextThatIsNoYamlAlone) { EXPECT_FALSE(AddNoMatch(Sources("rules: [\n"), "acme.two", "x").ok()); }

// A scalar over several lines as the rule's first value must not be cut in two.
TEST(Amend, NeverBreaksAValueApart) {
  const Result<Amended> amended = AddNoMatch(Sources("rules:\n  - title: a text\n      that goes on\n    id: acme.two\n"), "acme.two", "x");
  if (amended) {
    EXPECT_NE(amended->text.find("a text\n      that goes on\n"), std::string::npos);
  } else {
    EXPECT_EQ(amended.error().code(), ErrorCode::kUnsupported);
  }
}

}  // namespace
}  // namespace sluice::amend
