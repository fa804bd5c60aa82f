// The files that a command is to look through, and their contents.
//
// Thread: pure but for the file system. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::cli {

// Larger files are not read: their content and what is in it lies in memory while it is looked through.
inline constexpr uint64_t kLargestInput = uint64_t{2} << 30;

// Folders become the regular files below them, sorted by name; symbolic links to folders are not followed. `-` stays as it is. A
// folder that cannot be read is a problem, and the others are read all the same.
std::vector<std::string> FilesOf(const std::vector<std::string>& paths, std::vector<std::string>& problems);

// The whole file; `-` is standard input. Fails, naming the file, where it cannot be read; with kResourceExhausted where it is larger than kLargestInput.
Result<std::string> ReadInput(const std::string& path);

}  // namespace sluice::cli
