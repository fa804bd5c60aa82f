// SourceFile: one C++ source as the architecture test sees it: where it stands, what it includes, its code without
// comments and without the insides of strings.
//
// Thread: cold, one. Failure: a file that cannot be read is reported by gtest.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::architecture {

struct Include {
  size_t line = 0;
  std::string target;
  bool angled = false;  // <target>, not "target"
};

struct SourceFile {
  std::string path;    // from the root, with '/'
  std::string folder;  // "dataplane/packet"; "base"
  std::vector<Include> includes;
  std::string code;  // line breaks kept, so that positions have line numbers
};

// Of a whole program: comments and, unless `keep_strings`, what stands between quotes become blanks.
std::string StripComments(const std::string& text, bool keep_strings);

SourceFile ReadSource(const std::filesystem::path& root, const std::filesystem::path& path);

// All .h, .cc, .c and .cpp files below root/<top> for each of `tops` that exists, in order of path.
std::vector<SourceFile> ReadSources(const std::filesystem::path& root, const std::vector<std::string>& tops);

}  // namespace sluice::architecture
