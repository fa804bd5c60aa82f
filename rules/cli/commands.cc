#include "rules/cli/commands.h"

#include <cstdio>

#include "rules/bundle/bundle.h"
#include "rules/cli/report.h"

namespace sluice::cli {

using compile::CompileResult;
using compile::Goal;

int RunCheck(const std::vector<std::string>& paths) {
  const CompileResult result = compile::Compile(paths, Goal::kCheck);
  PrintDiagnostics(result.diagnostics, result.sources);
  if (result.diagnostics.has_errors()) {
    std::fprintf(stderr, "%s\n", Counted(result.diagnostics.error_count(), "error", "errors").c_str());
    return 1;
  }
  std::printf("%s: clean\n", Summary(result).c_str());
  return 0;
}

int RunTest(const std::vector<std::string>& paths, const std::vector<std::string>& benign) {
  const CompileResult result = compile::Compile(paths, benign.empty() ? Goal::kTest : Goal::kCompile);
  PrintDiagnostics(result.diagnostics, result.sources);
  if (result.diagnostics.has_errors()) {
    std::fprintf(stderr, "%s\n", Counted(result.diagnostics.error_count(), "failure", "failures").c_str());
    return 1;
  }
  std::printf("%s: %s passed\n", Summary(result).c_str(), Counted(result.example_count, "example", "examples").c_str());
  if (benign.empty()) return 0;
  const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Parse({result.bundle.data(), result.bundle.size()});
  return bundle ? ScanBenign(**bundle, benign) : Fail(bundle.error());
}

}  // namespace sluice::cli
