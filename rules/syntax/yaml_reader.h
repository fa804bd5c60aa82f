// ReadYaml: from the text of a rule file to a tree of Nodes. The only place that knows yaml-cpp; its exceptions end here.
//
// Anchors and aliases are refused (a few lines could stand for gigabytes), as is nesting beyond kMaxDepth.
// Thread: pure. Allocates: yes (cold path). Failure: diagnostics, and nothing returned.
#pragma once

#include <optional>

#include "rules/syntax/diagnostic.h"
#include "rules/syntax/node.h"

namespace sluice::syntax {

inline constexpr size_t kMaxDepth = 64;

// `file` is an index of `sources`. An empty file is an empty map.
std::optional<Node> ReadYaml(const SourceSet& sources, uint32_t file, Diagnostics& diagnostics);

// The byte offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or npos.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace sluice::syntax
