// ReadApi: the section `api:`. Whether the files that it names can be used is control/remote's business.
//
// Thread: pure. Failure: diagnostics.
#pragma once

#include <filesystem>

#include "control/config/configuration.h"
#include "rules/syntax/diagnostic.h"
#include "rules/syntax/node.h"

namespace sluice::config {

ApiOptions ReadApi(const syntax::Node& node, const std::filesystem::path& folder, syntax::Diagnostics& diagnostics);

}  // namespace sluice::config
