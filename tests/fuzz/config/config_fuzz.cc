// Any bytes as a configuration: diagnostics or a configuration, never both missing, and each diagnostic can be shown.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "control/config/config_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  const uint32_t file = sources.Add("sluice.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const auto configuration = config::ReadConfiguration(sources, file, diagnostics);
  if (configuration.has_value() == diagnostics.has_errors()) std::abort();
  diagnostics.Sort();
  for (const syntax::Diagnostic& diagnostic : diagnostics.all()) {
    if (syntax::Render(diagnostic, sources).empty()) std::abort();
  }
  return 0;
}
