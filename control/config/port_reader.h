// ReadPort: one entry of `ports:`, with what its driver needs and what it has no use for.
//
// Thread: pure. Failure: diagnostics.
#pragma once

#include "control/config/section_reader.h"
#include "dataplane/runtime/options.h"

namespace sluice::config {

port::PortOptions ReadPort(const syntax::Node& name, const syntax::Node& node, syntax::Diagnostics& diagnostics);

}  // namespace sluice::config
