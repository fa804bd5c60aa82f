#include "rules/compile/compiler.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::compile {
namespace {

namespace fs = std::filesystem;

CompileResult CompileText(std::string text, Goal goal = Goal::kCompile) {
  syntax::SourceSet sources;
  sources.Add("pack.yaml", std::move(text));
  return CompileSources(std::move(sources), goal);
}

std::vector<std::string> Errors(const CompileResult& result) {
  std::vector<std::string> codes;
  for (const syntax::Diagnostic& d : result.diagnostics.all()) {
    if (d.level == syntax::Level::kError) codes.push_back(CodeName(d.code));
  }
  return codes;
}

constexpr char kSmall[] =
    "rules:\n"
    "  - id: cn.mark\n"
    "    title: t\n"
    "    detect: {literals: [机密★]}\n"
    "    match: [机密★10年]\n";

TEST(Compiler, MakesABundleThatLoads) {
  const CompileResult result = CompileText(kSmall);
  ASSERT_TRUE(Errors(result).empty());
  const auto bundle = bundle::Parse({result.bundle.data(), result.bundle.size()});
  ASSERT_TRUE(bundle.ok()) << bundle.error().message();
  EXPECT_EQ((*bundle)->rules()[0].id, "cn.mark");
  EXPECT_EQ((*bundle)->detectors()[0].id, "cn.mark#1");
  EXPECT_EQ((*bundle)->sources()[0].text, kSmall);
  EXPECT_TRUE(CheckRunsOn((*bundle)->platform(), *bundle::LocalPlatform()).ok());
}

TEST(Compiler, MakesTheSameBytesEachTime) { EXPECT_EQ(CompileText(kSmall).bundle, CompileText(kSmall).bundle); }

TEST(Compiler, MakesNothingWhenAnExampleFails) {
  const CompileResult result = CompileText(std::string(kSmall) + "    no_match: [秘密★ 机密★]\n");
  EXPECT_EQ(Errors(result), std::vector<std::string>{"SL4002"});
  EXPECT_TRUE(result.bundle.empty());
}

TEST(Compiler, TriesExamplesInEveryEncoding) {
  // As written, and in UTF-8, UTF-16 twice, GB 18030, Big5, Shift_JIS, EUC-JP, EUC-KR and ISO-2022-JP,
  // which all have these characters.
  EXPECT_EQ(CompileText(kSmall, Goal::kTest).example_count, 10u);
}

TEST(Compiler, DoesNotFindSecretInsideJiuBoDai) {
  const CompileResult result = CompileText(
      "rules:\n"
      "  - id: cn.word\n"
      "    title: t\n"
      "    detect: {literals: [秘密]}\n"
      "    match: [秘密, 国家秘密]\n"
      "    no_match: [久孛埭, {hex: \"bec3 d8c3 dcac\"}]\n");
  EXPECT_TRUE(Errors(result).empty());
}

TEST(Compiler, ReportsAllMistakesOfARun) {
  const CompileResult result = CompileText(
      "rules:\n"
      "  - id: nofamily\n"
      "    titel: t\n"
      "    severity: huge\n"
      "    detect: missing\n"
      "  - id: a.b\n"
      "    title: t\n"
      "    detect: {regex: '(?=x)y'}\n");
  EXPECT_EQ(Errors(result), (std::vector<std::string>{"SL1006", "SL2004", "SL1003", "SL1007", "SL2003", "SL3003"}));
}

TEST(Compiler, ReadsAFolderInTheOrderOfNames) {
  const fs::path folder = fs::path(::testing::TempDir()) / "sluice-compiler-folder";
  fs::remove_all(folder);
  fs::create_directories(folder / "inner");
  std::ofstream(folder / "b.yaml") << "rules: [{id: x.b, title: t, detect: {literals: [bbbbbb]}}]";
  std::ofstream(folder / "a.yml") << "rules: [{id: x.a, title: t, detect: {literals: [aaaaaa]}}]";
  std::ofstream(folder / "inner" / "c.yaml") << "rules: [{id: x.c, title: t, detect: {literals: [cccccc]}}]";
  std::ofstream(folder / "notes.txt") << "not a pack";
  const CompileResult result = Compile({folder.string()}, Goal::kCompile);
  ASSERT_TRUE(Errors(result).empty());
  ASSERT_EQ(result.sources.size(), 3u);
  EXPECT_EQ(result.sources.file(0).name(), (folder / "a.yml").string());
  EXPECT_EQ(result.sources.file(2).name(), (folder / "inner" / "c.yaml").string());
  fs::remove_all(folder);
}

TEST(Compiler, NamesAFileThatIsNotThere) {
  const CompileResult result = Compile({"/nowhere/pack.yaml"}, Goal::kCheck);
  EXPECT_EQ(Errors(result), std::vector<std::string>{"SL6001"});
}

TEST(Compiler, RefusesAPolicyBeyondItsStateBudgetAndSaysWhoIsToBlame) {
  const CompileResult result = CompileText(
      "budget: {stream_state_bytes: 16}\n"
      "rules: [{id: x.y, title: t, detect: {regex: 'abc[a-z]{3,900}def'}, match: [abcxxxdef]}]\n");
  ASSERT_EQ(Errors(result), std::vector<std::string>{"SL5001"});
  EXPECT_TRUE(result.bundle.empty());
  for (const syntax::Diagnostic& d : result.diagnostics.all()) {
    if (d.code == syntax::Code::kStateBudget) {
      EXPECT_NE(d.hint.find("x.y#1"), std::string::npos);
    }
  }
}

// A pack whose list and example lie in files of their own.
fs::path FolderWithFiles() {
  const fs::path folder = fs::path(::testing::TempDir()) / "sluice-rebuild";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(folder / "pack.yaml") << "lists: {names: {file: names.txt}}\n"
                                         "rules:\n"
                                         "  - id: x.y\n"
                                         "    title: t\n"
                                         "    detect: {literals: [{list: names}]}\n"
                                         "    match: [{file: example.bin}]\n";
  std::ofstream(folder / "names.txt") << "Project Bluebird\n";
  std::ofstream(folder / "example.bin") << "\xff\xfe of Project Bluebird \x80";
  return folder;
}

TEST(Rebuild, MakesTheSameBytesFromABundleAlone) {
  const fs::path folder = FolderWithFiles();
  const CompileResult original = Compile({folder.string()}, Goal::kCompile);
  fs::remove_all(folder);
  ASSERT_TRUE(Errors(original).empty());
  const auto bundle = bundle::Parse({original.bundle.data(), original.bundle.size()});
  ASSERT_TRUE(bundle.ok());
  ASSERT_EQ((*bundle)->sources().size(), 3u);
  const CompileResult again = Rebuild(**bundle);
  EXPECT_TRUE(Errors(again).empty());
  EXPECT_EQ(again.bundle, original.bundle);
}

TEST(Rebuild, DoesNotLookAtTheDisk) {
  const fs::path folder = FolderWithFiles();
  const CompileResult original = Compile({folder.string()}, Goal::kCompile);
  std::ofstream(folder / "names.txt") << "Something Else\n";
  const auto bundle = bundle::Parse({original.bundle.data(), original.bundle.size()});
  ASSERT_TRUE(bundle.ok());
  EXPECT_EQ(Rebuild(**bundle).bundle, original.bundle);
  fs::remove_all(folder);
}

// Ten megabytes on one line, with a place for each of its nodes.
TEST(Compiler, RefusesAPolicyOfTooManyTermsOnOneLine) {
  std::string text = "rules: [{id: x.y, title: t, detect: {literals: [";
  for (int i = 0; i < 800'000; ++i) text += "abc" + std::to_string(1'000'000 + i) + ", ";
  const CompileResult result = CompileText(text + "end]}}]\n", Goal::kCheck);
  EXPECT_GT(text.size(), 9'500'000u);
  EXPECT_EQ(Errors(result), std::vector<std::string>{"SL5003"});
}

TEST(Compiler, RefusesALiteralOfTenMegabytes) {
  const CompileResult result = CompileText("rules: [{id: x.y, title: t, detect: {literals: [" + std::string(10'000'000, 'a') + "]}}]\n", Goal::kCheck);
  EXPECT_EQ(Errors(result), std::vector<std::string>{"SL3010"});
}

TEST(Compiler, ChecksAHundredThousandRulesAndFindsTheOneMistake) {
  std::string text = "rules:\n";
  for (int i = 0; i < 100'000; ++i) {
    const std::string n = std::to_string(i);
    text += "- {id: x.r" + n + ", title: t, " + (i == 77'777 ? "severty: high, " : "") + "detect: {literals: [term number " + n + "], encodings: utf-8, transfer: none}, match: [term number " + n + "]}\n";
  }
  const CompileResult result = CompileText(text, Goal::kCheck);
  EXPECT_EQ(result.rule_count, 100'000u);
  ASSERT_EQ(Errors(result), std::vector<std::string>{"SL1003"});
  for (const syntax::Diagnostic& d : result.diagnostics.all()) {
    if (d.code == syntax::Code::kUnknownKey) {
      EXPECT_EQ(d.at.line, 77'779u);
    }
  }
}

TEST(Rebuild, OnlyWarnsOfAnExceptionThatHasExpired) {
  const std::string pack =
      "rules: [{id: x.y, title: t, detect: {literals: [abcdef]}, match: [abcdef], exceptions: [{reason: r, expires: DAY, scope: {application: http}}]}]\n";
  const auto with_day = [&](const char* day) { return std::string(pack).replace(pack.find("DAY"), 3, day); };
  EXPECT_EQ(Errors(CompileText(with_day("2020-01-01"))), std::vector<std::string>{"SL2015"});
  // As if its day had passed since: the sources of a bundle are what they are.
  syntax::SourceSet sources;
  sources.Add("pack.yaml", with_day("2020-01-01"));
  sources.Seal();
  const CompileResult rebuilt = CompileSources(std::move(sources), Goal::kCompile);
  EXPECT_TRUE(Errors(rebuilt).empty());
  EXPECT_FALSE(rebuilt.bundle.empty());
}

TEST(WriteFileAtomically, LeavesTheOldFileWholeWhenItCannotWrite) {
  const fs::path folder = fs::path(::testing::TempDir()) / "sluice-atomic";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string path = (folder / "p.slb").string();
  ASSERT_TRUE(WriteFileAtomically(path, ByteView(std::string_view("old"))).ok());
  ASSERT_TRUE(WriteFileAtomically(path, ByteView(std::string_view("new"))).ok());
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "new");
  // A folder in the way: the rename fails, and nothing is left behind.
  fs::create_directories(folder / "taken" / "inside");
  EXPECT_FALSE(WriteFileAtomically((folder / "taken").string(), ByteView(std::string_view("x"))).ok());
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 1u);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sluice::compile
