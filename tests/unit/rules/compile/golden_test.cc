// Each folder of tests/golden/rules is a case: pack.yaml and what the compiler says of it, expected.txt, word for word.
// To write expected.txt anew after a wanted change: SLUICE_UPDATE_GOLDEN=1 rules_compile_test --gtest_filter='Golden*'.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "rules/compile/compiler.h"
#include "tests/support/places.h"

namespace sluice::compile {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> Cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(places::SourceFolder()) / "tests/golden/rules")) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string DiagnosticsOf(const fs::path& pack) {
  syntax::SourceSet sources;
  sources.Add("pack.yaml", ReadAll(pack));
  const CompileResult result = CompileSources(std::move(sources), Goal::kCompile);
  std::string text;
  for (const syntax::Diagnostic& diagnostic : result.diagnostics.all()) text += Render(diagnostic, result.sources);
  return text + (result.diagnostics.has_errors() ? "errors\n" : "clean\n");
}

class GoldenDiagnostics : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenDiagnostics, AreAsExpected) {
  const fs::path folder = fs::path(places::SourceFolder()) / "tests/golden/rules" / GetParam();
  const std::string actual = DiagnosticsOf(folder / "pack.yaml");
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(folder / "expected.txt", std::ios::binary) << actual;
  EXPECT_EQ(actual, ReadAll(folder / "expected.txt"));
}

INSTANTIATE_TEST_SUITE_P(Rules, GoldenDiagnostics, ::testing::ValuesIn(Cases()));

}  // namespace
}  // namespace sluice::compile
