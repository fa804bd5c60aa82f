#include "rules/cli/commands.h"

#include <cstdio>

#include "rules/compile/compiler.h"

namespace sluice::cli {
namespace {

using compile::CompileResult;
using compile::Goal;

void PrintDiagnostics(const CompileResult& result) {
  for (const syntax::Diagnostic& diagnostic : result.diagnostics.all()) {
    std::fputs(Render(diagnostic, result.sources).c_str(), stderr);
  }
}

std::string Counted(size_t n, const char* one, const char* many) { return std::to_string(n) + " " + (n == 1 ? one : many); }

std::string Summary(const CompileResult& result) {
  return Counted(result.rule_count, "rule", "rules") + " in " + Counted(result.sources.size(), "pack", "packs");
}

int Fail(const CompileResult& result) {
  std::fprintf(stderr, "%s; nothing was written\n", Counted(result.diagnostics.error_count(), "error", "errors").c_str());
  return 1;
}

}  // namespace

int RunCheck(const std::vector<std::string>& paths) {
  const CompileResult result = compile::Compile(paths, Goal::kCheck);
  PrintDiagnostics(result);
  if (result.diagnostics.has_errors()) {
    std::fprintf(stderr, "%s\n", Counted(result.diagnostics.error_count(), "error", "errors").c_str());
    return 1;
  }
  std::printf("%s: clean\n", Summary(result).c_str());
  return 0;
}

int RunTest(const std::vector<std::string>& paths) {
  const CompileResult result = compile::Compile(paths, Goal::kTest);
  PrintDiagnostics(result);
  if (result.diagnostics.has_errors()) {
    std::fprintf(stderr, "%s\n", Counted(result.diagnostics.error_count(), "failure", "failures").c_str());
    return 1;
  }
  std::printf("%s: %s passed\n", Summary(result).c_str(), Counted(result.example_count, "example", "examples").c_str());
  return 0;
}

int RunCompile(const std::vector<std::string>& paths, const std::string& output) {
  const CompileResult result = compile::Compile(paths, Goal::kCompile);
  PrintDiagnostics(result);
  if (result.diagnostics.has_errors()) return Fail(result);
  const ByteView bytes{result.bundle.data(), result.bundle.size()};
  if (const Status status = compile::WriteFileAtomically(output, bytes); !status) {
    std::fprintf(stderr, "error SL6002: %s\n", status.error().message().c_str());
    return 1;
  }
  const Result<std::shared_ptr<const bundle::Bundle>> written = bundle::Parse(bytes);
  const std::string digest = written ? std::string((*written)->digest()) : "?";
  std::printf("%s: %s, %s passed, %zu bytes, digest %s\n", output.c_str(), Summary(result).c_str(),
              Counted(result.example_count, "example", "examples").c_str(), result.bundle.size(), digest.c_str());
  return 0;
}

}  // namespace sluice::cli
