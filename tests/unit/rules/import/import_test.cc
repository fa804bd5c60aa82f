// Each folder of tests/golden/import is a case: a foreign file, the pack that comes of it and the report of what was lost.
// To write both anew after a wanted change: SLUICE_UPDATE_GOLDEN=1 rules_import_test.
#include "rules/import/import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rules/compile/compiler.h"
#include "rules/format/format.h"
#include "rules/import/draft_writer.h"
#include "tests/support/places.h"

namespace sluice::import {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path FolderOf(Format format) { return fs::path(places::SourceFolder()) / "tests/golden/import" / std::string(Name(format)); }

std::string InputOf(Format format) {
  for (const auto& entry : fs::directory_iterator(FolderOf(format))) {
    if (entry.path().stem() == "input") return ReadAll(entry.path());
  }
  return {};
}

compile::CompileResult Compiled(const std::string& pack) {
  syntax::SourceSet sources;
  sources.Add("pack.yaml", pack);
  return compile::CompileSources(std::move(sources), compile::Goal::kCompile);
}

class EveryFormat : public ::testing::TestWithParam<Format> {};

TEST_P(EveryFormat, BecomesThePackAndTheReportThatAreExpected) {
  const Result<Imported> imported = Import(GetParam(), InputOf(GetParam()));
  ASSERT_TRUE(imported.ok()) << imported.error().message();
  const fs::path pack = FolderOf(GetParam()) / "expected.yaml", report = FolderOf(GetParam()) / "expected.txt";
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(pack, std::ios::binary) << imported->pack;
    std::ofstream(report, std::ios::binary) << WriteReport(imported->draft);
  }
  EXPECT_EQ(imported->pack, ReadAll(pack));
  EXPECT_EQ(WriteReport(imported->draft), ReadAll(report));
}

TEST_P(EveryFormat, CompilesAndIsCanonical) {
  const Result<Imported> imported = Import(GetParam(), InputOf(GetParam()));
  ASSERT_TRUE(imported.ok());
  EXPECT_FALSE(Compiled(imported->pack).bundle.empty());
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  sources.Add("pack.yaml", imported->pack);
  EXPECT_EQ(format::Format(sources, 0, diagnostics), imported->pack);
}

TEST_P(EveryFormat, SaysWhatIsWrongWithAFileOfAnotherKind) {
  const Result<Imported> imported = Import(GetParam(), "\x89PNG\r\n= [");
  ASSERT_FALSE(imported.ok());
  EXPECT_FALSE(imported.error().message().empty());
  EXPECT_FALSE(Import(GetParam(), "").ok());
}

INSTANTIATE_TEST_SUITE_P(Import, EveryFormat, ::testing::Values(Format::kGitleaks, Format::kPurview, Format::kSuricata));

bool Lost(const Draft& draft, Loss::Kind kind, const std::string& origin, const std::string& what) {
  return std::any_of(draft.losses.begin(), draft.losses.end(), [&](const Loss& l) { return l.kind == kind && l.origin == origin && l.what.find(what) != std::string::npos; });
}

TEST(Import, NamesEveryRuleThatTheCompilerRefuses) {
  const Result<Imported> imported = Import(Format::kGitleaks,
                                           "[[rules]]\nid = 'good'\nregex = 'abcd[0-9]{4}'\n"
                                           "[[rules]]\nid = 'empty'\nregex = 'a*'\n"
                                           "[[rules]]\nid = 'look'\nregex = 'a(?!b)'\n"
                                           "[[rules]]\nid = 'odd'\nregex = '['\n");
  ASSERT_TRUE(imported.ok()) << imported.error().message();
  ASSERT_EQ(imported->draft.rules.size(), 1u);
  EXPECT_EQ(imported->draft.rules[0].id, "gitleaks.good");
  for (const char* origin : {"empty", "look", "odd"}) EXPECT_TRUE(Lost(imported->draft, Loss::Kind::kRule, origin, "the rule")) << origin;
  EXPECT_NE(WriteReport(imported->draft).find("4 rules found: 1 carried over whole, 0 with losses, 3 not at all"), std::string::npos) << WriteReport(imported->draft);
}

TEST(Import, SaysWhyWhenNothingIsLeft) {
  const Result<Imported> imported = Import(Format::kGitleaks, "[[rules]]\nid = 'look'\nregex = 'a(?!b)'\n");
  ASSERT_FALSE(imported.ok());
  EXPECT_NE(imported.error().message().find("look-around"), std::string::npos) << imported.error().message();
}

TEST(Import, KeepsIdsApart) {
  const Result<Imported> imported = Import(Format::kGitleaks,
                                           "[[rules]]\nid = 'Some Key'\nregex = 'abcd1'\n[[rules]]\nid = 'some-key'\nregex = 'abcd2'\n[[rules]]\nid = '钥'\nregex = 'abcd3'\n");
  ASSERT_TRUE(imported.ok()) << imported.error().message();
  ASSERT_EQ(imported->draft.rules.size(), 3u);
  EXPECT_EQ(imported->draft.rules[0].id, "gitleaks.some-key");
  EXPECT_EQ(imported->draft.rules[1].id, "gitleaks.some-key-2");
  EXPECT_EQ(imported->draft.rules[2].id, "gitleaks.x");
}

TEST(Import, AsksForTheStateThatItsExpressionsNeed) {
  std::string text;
  // Longer than what is tried in windows, so that a stream must carry them.
  for (int i = 0; i < 130; ++i) text += "[[rules]]\nid = 'r" + std::to_string(i) + "'\nregex = 'k" + std::to_string(i) + "[a-z]{3,290}end" + std::to_string(i) + "'\n";
  const Result<Imported> imported = Import(Format::kGitleaks, text);
  ASSERT_TRUE(imported.ok()) << imported.error().message();
  EXPECT_GT(imported->draft.state_bytes, 512u);
  EXPECT_FALSE(Compiled(imported->pack).bundle.empty());
}

// A rule of each format fires on what it was written for, and not on its neighbour.
TEST(Import, FindsWhatTheOriginalFinds) {
  const auto with_examples = [](Format format, const std::string& rule, const std::string& match, const std::string& no_match) {
    std::string pack = Import(format, InputOf(format))->pack;
    const size_t place = pack.find("id: " + rule + "\n");
    EXPECT_NE(place, std::string::npos) << rule;
    if (place == std::string::npos) return std::string();
    return pack.insert(place, "match: ['" + match + "']\n    no_match: ['" + no_match + "']\n    ");
  };
  const auto passes = [](const std::string& pack) { return !Compiled(pack).bundle.empty(); };
  EXPECT_TRUE(passes(with_examples(Format::kGitleaks, "gitleaks.acme-api-key", "acme_key = \"k3j9x0q2w8e7r6t5y4u1i0o9p8a7s6d5\"", "acme_key = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")));
  EXPECT_TRUE(passes(with_examples(Format::kSuricata, "suricata.sid-1000001", "the drawing of PROJECT BLUEBIRD", "the drawing of Project Nightjar")));
  EXPECT_TRUE(passes(with_examples(Format::kPurview, "purview.drawing-of-acme-85", "bluebird, ACM-123456-B", "ACM-123456-B, bluebirds")));
}

TEST(Import, ReportsLossesWithoutANameAndNothingThatSteersATerminal) {
  Draft draft;
  draft.Lose(Loss::Kind::kPart, "rule \x1b[31m", "", "not known");
  EXPECT_EQ(draft.losses[0].what, "a part without a name");
  EXPECT_EQ(WriteReport(draft).find("rule \\u001b[31m: lost: a part without a name: not known\n"), 0u) << WriteReport(draft);
}

TEST(DraftWriter, WritesAnyTextInForm) {
  Draft draft;
  draft.id = "x";
  DetectorDraft detector;
  detector.id = "d";
  for (const char* text : {"plain", "it's", "a\\b", "\"quoted\"", "line\nbreak", "\x01\x7f", "bad \xff byte", "机密", " # no comment", "*alias"}) detector.literals.push_back(text);
  detector.literals.push_back(std::string("a\0b", 3));
  draft.detectors = {detector};
  RuleDraft rule;
  rule.id = "a.b";
  rule.title = "t: # {";
  rule.condition.detector = "d";
  draft.rules = {rule};
  const WrittenDraft written = WriteDraft(draft);
  const compile::CompileResult result = Compiled(written.text);
  for (const syntax::Diagnostic& d : result.diagnostics.all()) EXPECT_GT(static_cast<int>(d.code), 2000) << Render(d, result.sources);
}

TEST(DraftWriter, KnowsWhoseLinesAreWhose) {
  Draft draft;
  draft.id = "x";
  draft.detectors.resize(2);
  draft.detectors[0].id = "one";
  draft.detectors[1].id = "two";
  draft.rules.resize(1);
  draft.rules[0].id = "a.b";
  const WrittenDraft written = WriteDraft(draft);
  using Kind = WrittenDraft::Owner::Kind;
  EXPECT_EQ(written.OwnerOf(1).kind, Kind::kNone);
  EXPECT_EQ(written.OwnerOf(3).kind, Kind::kDetector);
  EXPECT_EQ(written.OwnerOf(4).rank, 1u);
  EXPECT_EQ(written.OwnerOf(6).kind, Kind::kRule);
  EXPECT_EQ(written.OwnerOf(9999).kind, Kind::kNone);
}

}  // namespace
}  // namespace sluice::import
