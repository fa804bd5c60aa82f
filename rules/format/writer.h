// WriteLayout: from a layout to text, in the canonical form.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>

#include "rules/format/layout.h"

namespace sluice::format {

std::string WriteLayout(const Entry& file);

}  // namespace sluice::format
