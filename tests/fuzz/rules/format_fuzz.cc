// A pack from anywhere through the formatter: what it gives back, it gives back unchanged a second time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rules/format/format.h"

namespace {

std::optional<std::string> Formatted(std::string text) {
  sluice::syntax::SourceSet sources;
  sluice::syntax::Diagnostics diagnostics;
  sources.Add("fuzz.yaml", std::move(text));
  std::optional<std::string> formatted = sluice::format::Format(sources, 0, diagnostics);
  if (!formatted && !diagnostics.has_errors()) std::abort();
  return formatted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::optional<std::string> once = Formatted(std::string(reinterpret_cast<const char*>(data), size));
  if (once && Formatted(*once) != once) std::abort();
  return 0;
}
