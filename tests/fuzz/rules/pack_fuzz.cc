// A rule file from anywhere, through every stage up to the databases: diagnostics, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rules/compile/compiler.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::syntax::SourceSet sources;
  sources.Add("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const sluice::compile::CompileResult result = sluice::compile::CompileSources(std::move(sources), sluice::compile::Goal::kCheck);
  for (const auto& diagnostic : result.diagnostics.all()) {
    if (Render(diagnostic, result.sources).empty()) std::abort();
  }
  return 0;
}
