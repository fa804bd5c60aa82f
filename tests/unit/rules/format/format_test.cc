#include "rules/format/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "rules/compile/compiler.h"
#include "tests/support/places.h"

namespace sluice::format {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  std::optional<std::string> text;
  std::vector<syntax::Code> codes;
};

Outcome Try(const std::string& text) {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  sources.Add("pack.yaml", text);
  Outcome outcome{Format(sources, 0, diagnostics), {}};
  for (const syntax::Diagnostic& d : diagnostics.all()) outcome.codes.push_back(d.code);
  return outcome;
}

// Formatted once and twice: the same.
std::string Formatted(const std::string& text) {
  const Outcome once = Try(text);
  EXPECT_TRUE(once.text.has_value()) << text;
  if (!once.text) return {};
  EXPECT_EQ(Try(*once.text).text, once.text) << text;
  return *once.text;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// All of a bundle but its sources, which are its last section.
std::vector<uint8_t> PolicyOf(const std::string& name, const std::string& text) {
  syntax::SourceSet sources;
  sources.Add(name, text);
  std::vector<uint8_t> bytes = compile::CompileSources(std::move(sources), compile::Goal::kCompile).bundle;
  constexpr size_t kEnvelope = 56;
  if (bytes.size() < kEnvelope) return {};
  // Section head (12), count (4), kind (1), and two texts with their lengths.
  const size_t sources_bytes = 12 + 4 + 1 + 4 + name.size() + 4 + text.size();
  return {bytes.begin() + kEnvelope, bytes.end() - static_cast<std::ptrdiff_t>(sources_bytes)};
}

class EveryPack : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryPack, MeansTheSameAfterwards) {
  const fs::path path = fs::path(places::SourceFolder()) / "rules/packs" / GetParam();
  const std::string before = ReadAll(path);
  const std::string after = Formatted(before);
  const std::vector<uint8_t> policy = PolicyOf(path.string(), before);
  ASSERT_FALSE(policy.empty());
  EXPECT_EQ(PolicyOf(path.string(), after), policy);
}

TEST_P(EveryPack, IsInCanonicalForm) {
  const std::string pack = ReadAll(fs::path(places::SourceFolder()) / "rules/packs" / GetParam());
  EXPECT_EQ(Formatted(pack), pack);
}

std::vector<std::string> PackNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(places::SourceFolder()) / "rules/packs")) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Packs, EveryPack, ::testing::ValuesIn(PackNames()));

TEST(Format, RewritesGoldenPacksWithoutChangingWhatTheySay) {
  size_t formatted = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(places::SourceFolder()) / "tests/golden/rules")) {
    if (!fs::exists(entry.path() / "pack.yaml")) continue;
    const Outcome once = Try(ReadAll(entry.path() / "pack.yaml"));
    if (!once.text) continue;
    EXPECT_EQ(Try(*once.text).text, once.text) << entry.path();
    ++formatted;
  }
  EXPECT_GT(formatted, 10u);
}

TEST(Format, PutsKeysIntoTheOrderOfTheLanguage) {
  EXPECT_EQ(Formatted("rules:\n- detect: d\n  title: t\n  id: a.b\ndetectors: {d: {case: insensitive, literals: [x]}}\npack: {title: T, id: p}\n"),
            "pack: {id: p, title: T}\n"
            "\n"
            "detectors: {d: {literals: [x], case: insensitive}}\n"
            "\n"
            "rules:\n"
            "  - id: a.b\n"
            "    title: t\n"
            "    detect: d\n");
}

TEST(Format, KeepsEveryCommentWhereItBelongs) {
  EXPECT_EQ(Formatted("# about the file\n"
                      "\n"
                      "# still about the file\n"
                      "rules:   # all of them\n"
                      "   # about the rule\n"
                      "   -   title: t    # about the title\n"
                      "       # about the id\n"
                      "       id: a.b\n"
                      "       detect: [x, # the first\n"
                      "                y] # the second\n"
                      "       # at the end of the rule\n"
                      "# at the end of the file\n"),
            "# about the file\n"
            "\n"
            "# still about the file\n"
            "rules:  # all of them\n"
            "  # about the rule\n"
            "  # about the id\n"
            "  - id: a.b\n"
            "    title: t  # about the title\n"
            "    detect:  # the second\n"
            "      - x  # the first\n"
            "      - y\n"
            "    # at the end of the rule\n"
            "\n"
            "# at the end of the file\n");
}

TEST(Format, LeavesTextsAsTheyAreWritten) {
  EXPECT_EQ(Formatted("detectors:\n"
                      "   a:   {literals: [\"机密\\n★\", '# no comment', plain # c\n   ]}\n"
                      "   b:\n"
                      "      regex:\n"
                      "         - |\n"
                      "            one # no comment\n"
                      "              two\n"
                      "         - 'it''s'\n"
                      "      title: a long\n"
                      "         title\n"),
            "detectors:\n"
            "  a:\n"
            "    literals:\n"
            "      - \"机密\\n★\"\n"
            "      - '# no comment'\n"
            "      - plain  # c\n"
            "  b:\n"
            "    title: a long\n"
            "      title\n"
            "    regex:\n"
            "      - |\n"
            "        one # no comment\n"
            "          two\n"
            "      - 'it''s'\n");
}

TEST(Format, WrapsLongListsAndOpensLongMaps) {
  const std::string word(50, 'w');
  EXPECT_EQ(Formatted("lists: {l: [" + word + ", " + word + ", " + word + "]}\n"),
            "lists:\n  l: [" + word + ", " + word + ",\n    " + word + "]\n");
}

TEST(Format, SeparatesRulesAndSections) {
  EXPECT_EQ(Formatted("lists: {a: [b]}\n\n\n\nrules:\n- id: a.b\n  detect: x\n- id: a.c\n\n\n  detect: y\n"),
            "lists: {a: [b]}\n\nrules:\n  - id: a.b\n    detect: x\n\n  - id: a.c\n\n    detect: y\n");
}

TEST(Format, TakesAnyLineEndAndByteOrderMark) {
  EXPECT_EQ(Formatted("\xef\xbb\xbfpack: {id: a}\r\nlists:\r\n  a: [b]  # c\r\n"), "pack: {id: a}\n\nlists:\n  a: [b]  # c\n");
}

TEST(Format, KeepsEmptyFilesAndValues) {
  EXPECT_EQ(Formatted(""), "");
  EXPECT_EQ(Formatted("# only a comment\n"), "# only a comment\n");
  EXPECT_EQ(Formatted("rules:  # none yet\n"), "rules:  # none yet\n");
  EXPECT_EQ(Formatted("rules: [ ]\nlists: { }\n"), "lists: {}\n\nrules: []\n");
  EXPECT_EQ(Formatted("rules: ~\n"), "rules:\n");
  EXPECT_EQ(Formatted("lists: {a: [~, b], c: , d: {}}\n"), "lists: {a: [~, b], c: ~, d: {}}\n");
}

TEST(Format, PutsUnknownKeysLast) {
  EXPECT_EQ(Formatted("zeta: 1\nalpha: 2\nrules: []\n"), "rules: []\n\nzeta: 1\n\nalpha: 2\n");
}

TEST(Format, LeavesWhatItDoesNotUnderstandAndSaysSo) {
  for (const char* text : {"pack: {id: !!str a}\n", "pack:\n  title: |2\n     a\n", "- a\n", "text\n", "[a]: b\n"}) {
    const Outcome outcome = Try(text);
    EXPECT_FALSE(outcome.text.has_value()) << text;
    EXPECT_EQ(outcome.codes, std::vector<syntax::Code>{syntax::Code::kNotFormatted}) << text;
  }
}

TEST(Format, SaysWhereAFileIsNotYaml) {
  const Outcome outcome = Try("rules: [\n");
  EXPECT_FALSE(outcome.text.has_value());
  EXPECT_EQ(outcome.codes, std::vector<syntax::Code>{syntax::Code::kYamlSyntax});
}

}  // namespace
}  // namespace sluice::format
