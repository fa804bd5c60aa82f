// `sluicec fmt` and `sluicec schema`: for those who write packs.
#include "rules/format/format.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "rules/cli/commands.h"
#include "rules/cli/report.h"
#include "rules/syntax/schema.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

// In place, with the rights that the file has; a symbolic link stays one.
Status Replace(const std::string& path, const std::string& text) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return Error{ErrorCode::kIo, "cannot write " + path + ": " + error.message()};
  const fs::perms rights = fs::status(real, error).permissions();
  if (const Status status = compile::WriteFileAtomically(real.string(), ByteView(std::string_view(text))); !status) return status;
  fs::permissions(real, rights, error);
  return {};
}

struct Counts {
  size_t changed = 0, same = 0, failed = 0;
};

void FormatOne(const syntax::SourceSet& sources, uint32_t file, bool check, syntax::Diagnostics& diagnostics, Counts& counts) {
  const syntax::SourceFile& source = sources.file(file);
  const std::optional<std::string> text = format::Format(sources, file, diagnostics);
  if (!text) {
    ++counts.failed;
  } else if (*text == source.text()) {
    ++counts.same;
  } else if (const Status status = check ? Status() : Replace(source.name(), *text); status) {
    ++counts.changed;
    std::printf("%s: %s\n", source.name().c_str(), check ? "not in canonical form" : "rewritten");
  } else {
    ++counts.failed;
    std::fprintf(stderr, "error SL6002: %s\n", status.error().message().c_str());
  }
}

int FormatStandardInput(bool check) {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  sources.Add("-", std::string(std::istreambuf_iterator<char>(std::cin), {}));
  const std::optional<std::string> text = format::Format(sources, 0, diagnostics);
  PrintDiagnostics(diagnostics, sources);
  if (!text) return 1;
  if (check) return *text == sources.file(0).text() ? 0 : 1;
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace

int RunFormat(const std::vector<std::string>& paths, bool check) {
  if (paths == std::vector<std::string>{"-"}) return FormatStandardInput(check);
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  compile::CollectSources(paths, sources, diagnostics);
  Counts counts;
  for (uint32_t file = 0; file < sources.size(); ++file) FormatOne(sources, file, check, diagnostics, counts);
  PrintDiagnostics(diagnostics, sources);
  if (diagnostics.has_errors() || counts.failed > 0) return 1;
  const char* what = check ? "not in canonical form" : "rewritten";
  std::printf("%s %s, %zu as they should be\n", Counted(counts.changed, "pack", "packs").c_str(), what, counts.same);
  return check && counts.changed > 0 ? 1 : 0;
}

int RunSchema() {
  std::fputs(syntax::WriteSchema().c_str(), stdout);
  return 0;
}

}  // namespace sluice::cli
