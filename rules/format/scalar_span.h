// EndOfScalar: where a scalar's writing ends, given where it begins and what it means.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstddef>
#include <string_view>

#include "rules/syntax/node.h"

namespace sluice::format {

inline constexpr size_t kNoEnd = static_cast<size_t>(-1);

// kNoEnd where the writing is not understood (tags, block scalars with an indentation indicator).
size_t EndOfScalar(std::string_view text, const syntax::Node& scalar);

// The column, in bytes, of what stands at `offset`.
size_t ColumnOf(std::string_view text, size_t offset);

}  // namespace sluice::format
