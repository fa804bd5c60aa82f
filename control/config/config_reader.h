// ReadConfiguration: from the text of `sluice.yaml` to a Configuration, with every mistake of the file in one run.
//
// Touches no device. Thread: pure. Allocates: yes (cold path). Failure: diagnostics with errors; the value is then not to be used.
#pragma once

#include <optional>
#include <string>

#include "control/config/configuration.h"
#include "rules/syntax/diagnostic.h"

namespace sluice::config {

// `file` is an index of `sources`. Paths are taken as relative to the folder of that file.
std::optional<Configuration> ReadConfiguration(const syntax::SourceSet& sources, uint32_t file, syntax::Diagnostics& diagnostics);

// A file, and what was found in it, ready to print.
struct LoadedConfiguration {
  std::optional<Configuration> configuration;  // nothing where there are errors
  std::string diagnostics;                     // errors and warnings, rendered
  size_t errors = 0;
};
LoadedConfiguration LoadConfiguration(const std::string& path);

}  // namespace sluice::config
