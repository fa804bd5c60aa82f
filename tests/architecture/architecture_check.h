// The rules of docs/architecture.md about folders, as checks over sources. Each returns what breaks it, in words.
//
// Thread: cold, one. The layer list stands in architecture_check.cc and nowhere else.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace sluice::architecture {

using Violations = std::vector<std::string>;  // "path:line: what is wrong"

// An include may point to the same layer or further down; a folder of the product stands in exactly one layer; the data
// plane never includes the rule language's source side (rules/syntax, rules/compile).
Violations CheckLayers(const std::vector<SourceFile>& files);

// Folders do not include each other in a circle, not even within a layer.
Violations CheckCircles(const std::vector<SourceFile>& files);

// DPDK, Hyperscan and yaml-cpp are seen by the few folders that adapt them, and by nobody else.
Violations CheckConfinement(const std::vector<SourceFile>& files);

// "quoted" includes are written from the root of the repository and exist.
Violations CheckIncludePaths(const std::filesystem::path& root, const std::vector<SourceFile>& files);

// Words that say nothing are in no name of a file, folder, type, function or namespace.
Violations CheckNames(const std::vector<SourceFile>& files);

}  // namespace sluice::architecture
