#include <algorithm>
#include <filesystem>

#include "rules/compile/stages.h"
#include "rules/syntax/pack_reader.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::compile {
namespace {

namespace fs = std::filesystem;
using syntax::Code;
using syntax::Diagnostics;
using syntax::SourceSet;

constexpr syntax::Position kNoPlace{UINT32_MAX, 0, 0};

bool IsPackName(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

std::vector<std::string> PacksIn(const std::string& folder, Diagnostics& diagnostics) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error) && IsPackName(it->path())) files.push_back(it->path().string());
  }
  if (error) diagnostics.Error(Code::kCannotRead, kNoPlace, "cannot read the folder " + folder + ": " + error.message());
  if (!error && files.empty()) diagnostics.Error(Code::kNoRules, kNoPlace, "there are no *.yaml files in " + folder);
  std::sort(files.begin(), files.end());
  return files;
}

void AddFile(const std::string& path, SourceSet& sources, Diagnostics& diagnostics) {
  Result<std::string> text = SourceSet::ReadFile(path);
  if (!text) {
    diagnostics.Error(Code::kCannotRead, kNoPlace, text.error().message());
    return;
  }
  sources.Add(path, std::move(text).value());
}

}  // namespace

void CollectSources(const std::vector<std::string>& paths, SourceSet& sources, Diagnostics& diagnostics) {
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      AddFile(path, sources, diagnostics);
      continue;
    }
    for (const std::string& file : PacksIn(path, diagnostics)) AddFile(file, sources, diagnostics);
  }
}

void Parse(const SourceSet& sources, Program& program, Diagnostics& diagnostics) {
  for (uint32_t file = 0; file < sources.size(); ++file) {
    const std::optional<syntax::Node> root = syntax::ReadYaml(sources, file, diagnostics);
    if (root) program.packs.push_back(syntax::ReadPack(*root, diagnostics));
  }
}

}  // namespace sluice::compile
