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

std::string_view Trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

// One entry a line; empty lines and those that begin with # are left out. The file becomes a source of the bundle.
void LoadListFile(syntax::ListSource& list, SourceSet& sources, Diagnostics& diagnostics) {
  if (list.file.value.empty()) return;
  const fs::path path = fs::path(sources.file(list.file.at.file).name()).parent_path() / list.file.value;
  const Result<uint32_t> opened = sources.Open(path.string(), model::SourceKind::kList);
  if (!opened) {
    diagnostics.Error(Code::kCannotRead, list.file.at, opened.error().message(), "paths are relative to the pack");
    return;
  }
  const uint32_t file = *opened;
  if (syntax::FindInvalidUtf8(sources.file(file).text()) != std::string_view::npos) {
    diagnostics.Error(Code::kInvalidUtf8, {file, 0, 0}, "this list is not UTF-8", "save the file as UTF-8");
    return;
  }
  for (uint32_t line = 1; line <= sources.file(file).line_count(); ++line) {
    const std::string_view entry = Trimmed(sources.file(file).Line(line));
    if (!entry.empty() && entry.front() != '#') list.entries.push_back({std::string(entry), {file, line, 1}});
  }
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

void Parse(SourceSet& sources, Program& program, Diagnostics& diagnostics) {
  // Lists join the sources while their packs are read.
  const auto files = static_cast<uint32_t>(sources.size());
  for (uint32_t file = 0; file < files; ++file) {
    if (sources.file(file).kind() != model::SourceKind::kPack) continue;
    const std::optional<syntax::Node> root = syntax::ReadYaml(sources, file, diagnostics);
    if (!root) continue;
    syntax::PackSource pack = syntax::ReadPack(*root, diagnostics);
    for (syntax::ListSource& list : pack.lists) LoadListFile(list, sources, diagnostics);
    for (syntax::ListSource& group : pack.groups) LoadListFile(group, sources, diagnostics);
    program.packs.push_back(std::move(pack));
  }
}

}  // namespace sluice::compile
