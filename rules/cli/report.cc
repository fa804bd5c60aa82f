#include "rules/cli/report.h"

#include <cstdio>

namespace sluice::cli {

void PrintDiagnostics(const syntax::Diagnostics& diagnostics, const syntax::SourceSet& sources) {
  for (const syntax::Diagnostic& diagnostic : diagnostics.all()) std::fputs(Render(diagnostic, sources).c_str(), stderr);
}

int Fail(const Error& error) {
  std::fprintf(stderr, "error: %s\n", error.message().c_str());
  return 1;
}

std::string Counted(size_t n, const char* one, const char* many) { return std::to_string(n) + " " + (n == 1 ? one : many); }

std::string Summary(const compile::CompileResult& result) {
  size_t packs = 0;
  for (uint32_t i = 0; i < result.sources.size(); ++i) packs += result.sources.file(i).kind() == model::SourceKind::kPack ? 1 : 0;
  return Counted(result.rule_count, "rule", "rules") + " in " + Counted(packs, "pack", "packs");
}

}  // namespace sluice::cli
