// The language end to end: what a rule says is what fires.
#include <gtest/gtest.h>

#include "rules/compile/compiler.h"

namespace sluice::compile {
namespace {

CompileResult CompileText(std::string text) {
  syntax::SourceSet sources;
  sources.Add("pack.yaml", std::move(text));
  return CompileSources(std::move(sources), Goal::kCompile);
}

std::string Messages(const CompileResult& result) {
  std::string text;
  for (const syntax::Diagnostic& d : result.diagnostics.all()) text += Render(d, result.sources);
  return text;
}

// `rule` is what follows id and title; its own examples decide.
void ExpectHolds(const std::string& rule, const std::string& head = "") {
  const CompileResult result = CompileText(head + "rules:\n  - id: a.b\n    title: t\n" + rule);
  EXPECT_FALSE(result.diagnostics.has_errors()) << Messages(result);
}

TEST(Language, NearCountsCharacters) {
  ExpectHolds(
      "    condition: {near: {anchor: {literals: [alpha]}, with: [{literals: [omega]}], within: 5}}\n"
      "    match: ['alpha12345omega', 'omega alpha']\n"
      "    no_match: ['alpha1234567omega', 'alpha', 'omega']\n");
}

TEST(Language, CountOfDistinctValues) {
  ExpectHolds(
      "    condition: {detector: {regex: ['\\b[0-9]{4}\\b']}, count: 3, distinct: true}\n"
      "    match: ['1111 2222 3333 ']\n"
      "    no_match: ['1111 1111 1111 1111 ']\n");
}

TEST(Language, NotAndAtLeast) {
  ExpectHolds(
      "    condition:\n"
      "      all:\n"
      "        - any: [{literals: [first]}, {literals: [second]}, {literals: [third]}]\n"
      "          at_least: 2\n"
      "        - not: {literals: [harmless]}\n"
      "    match: ['first second', 'third first']\n"
      "    no_match: ['first', 'first second harmless']\n");
}

TEST(Language, VariantsOfALiteral) {
  ExpectHolds(
      "    detect: {literals: [机密★10], variants: [spacing, width, look-alike, line-break]}\n"
      "    match: ['机密★10', '机　密 ★ １０', '机密☆10', \"机\\n密★10\"]\n"
      "    no_match: ['机的密★10', '机密10']\n");
}

// In the charsets of escapes the text is found as it is written, though its disguises are not.
TEST(Language, VariantsAreNoReasonToLoseACharset) {
  ExpectHolds(
      "    detect: {literals: [机密★], variants: [spacing, width]}\n"
      "    match: [{hex: 61207e7b3b7a435c216f7e7d}, '+ZzpbxiYF-', {hex: 1b244234794c29217a1b2842}]\n"
      "    no_match: ['+ZzpbxiYE-']\n");
}

TEST(Language, VariantsCoverWhatNobodySees) {
  ExpectHolds(
      "    detect: {literals: [机密, 机密★], variants: [spacing]}\n"
      "    match: [\"机\\u200b密\", \"机\\u00ad密\", \"机\\u2060密\\u2060★\", \"机\\ufeff密\"]\n"
      "    no_match: [\"机\\u200b的密\"]\n");
}

TEST(Language, UnlessFollowedByHoldsInEveryEncodingAndEscape) {
  ExpectHolds(
      "    detect: {literals: [绝密★], unless_followed_by: [启用前]}\n"
      "    match: ['绝密★', '绝密★30年', '绝密★启动', '绝密★启用', '%E7%BB%9D%E5%AF%86%E2%98%8530']\n"
      "    no_match: ['绝密★启用前', '\\u7edd\\u5bc6\\u2605\\u542f\\u7528\\u524d']\n");
}

TEST(Language, WholeWords) {
  ExpectHolds(
      "    detect: {literals: [SECRET], word: true}\n"
      "    match: ['SECRET', 'a SECRET.']\n"
      "    no_match: ['SECRETARY', 'xSECRET']\n");
}

TEST(Language, SeveralWordsInAnyCaseAreFoundByAPartOfThem) {
  ExpectHolds(
      "    detect: {literals: [social security], case: insensitive, word: true}\n"
      "    match: ['social security', 'SOCIAL SECURITY', 'a sOcIaL sEcUrItY number']\n"
      "    no_match: ['social securit', 'social securities', 'antisocial security', 'social secure']\n");
}

TEST(Language, CaseOfCyrillic) {
  ExpectHolds(
      "    detect: {literals: [Совершенно секретно], case: insensitive}\n"
      "    match: [совершенно секретно, СОВЕРШЕННО СЕКРЕТНО]\n"
      "    no_match: [секретно]\n");
}

TEST(Language, QuantifierAppliesToTheCharacterInEveryEncoding) {
  ExpectHolds(
      "    detect: {regex: ['机密[·★]?[0-9]{1,2}年']}\n"
      "    match: ['机密10年', '机密·10年', '机密★5年']\n"
      "    no_match: ['机密★★10年', '机密年']\n");
}

TEST(Language, ListsAreSharedByName) {
  ExpectHolds("    detect: {literals: [{list: names}]}\n    match: [Bluebird-7]\n    no_match: [Magpie]\n", "lists: {names: [Bluebird-7, Nightjar]}\n");
}

TEST(Language, ScopeAndExceptionsReachTheBundle) {
  const CompileResult result = CompileText(
      "groups: {lab: [10.20.0.0/16]}\n"
      "rules:\n"
      "  - id: a.b\n"
      "    title: t\n"
      "    detect: {literals: [abcdef]}\n"
      "    scope: {direction: upload, source: [lab, 192.0.2.1], media_type: ['image/*'], max_bytes: 10}\n"
      "    exceptions: [{reason: r, expires: 2999-01-01, scope: {application: smtp}}]\n"
      "    match: [abcdef]\n");
  ASSERT_FALSE(result.diagnostics.has_errors()) << Messages(result);
  const auto bundle = bundle::Parse({result.bundle.data(), result.bundle.size()});
  ASSERT_TRUE(bundle.ok());
  const model::Rule& rule = (*bundle)->rules()[0];
  EXPECT_EQ(rule.scope.sources.size(), 2u);
  EXPECT_EQ(rule.scope.sources[0].prefix_bits, 112);
  EXPECT_EQ(rule.scope.max_bytes, 10u);
  ASSERT_EQ(rule.exceptions.size(), 1u);
  EXPECT_EQ(rule.exceptions[0].scope.applications[0], "smtp");
  EXPECT_GT(rule.exceptions[0].expires_unix_seconds, 32472144000);
}

}  // namespace
}  // namespace sluice::compile
