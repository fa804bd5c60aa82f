// Format: a pack rewritten canonically: two spaces a level, keys in the order of the language, comments kept.
//
// The result is compared with what was read: where a single value, key or comment would change, nothing is returned but a
// diagnostic. Formatting twice gives the same as once. Thread: pure. Allocates: yes (cold path).
#pragma once

#include <optional>
#include <string>

#include "rules/syntax/diagnostic.h"

namespace sluice::format {

inline constexpr size_t kLineWidth = 120;

std::optional<std::string> Format(const syntax::SourceSet& sources, uint32_t file, syntax::Diagnostics& diagnostics);

}  // namespace sluice::format
