// ReadExports: the list `exports:`, with what each receiver needs and what it has no use for.
//
// Thread: pure. Failure: diagnostics.
#pragma once

#include <filesystem>
#include <vector>

#include "control/config/configuration.h"
#include "control/config/section_reader.h"

namespace sluice::config {

// Relative paths count from `folder`.
std::vector<ExportOptions> ReadExports(const syntax::Node& node, const std::filesystem::path& folder, syntax::Diagnostics& diagnostics);

}  // namespace sluice::config
