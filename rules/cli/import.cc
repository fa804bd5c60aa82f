// `sluicec import`: a foreign rule file becomes a pack; what was lost is listed.
#include "rules/import/import.h"

#include <cstdio>

#include "rules/cli/commands.h"
#include "rules/cli/report.h"

namespace sluice::cli {

int RunImport(const ImportOptions& options) {
  const std::optional<import::Format> format = import::FormatFromName(options.format);
  if (!format) return Fail({ErrorCode::kInvalidArgument, "no format is called '" + options.format + "'"});
  const Result<std::string> text = syntax::SourceSet::ReadFile(options.input);
  if (!text) return Fail(text.error());
  const Result<import::Imported> imported = import::Import(*format, *text);
  if (!imported) return Fail(imported.error().WithContext(options.input));
  const std::string report = import::WriteReport(imported->draft);
  if (!options.report.empty()) {
    if (const Status status = compile::WriteFileAtomically(options.report, ByteView(std::string_view(report))); !status) return Fail(status.error());
  }
  if (const Status status = compile::WriteFileAtomically(options.output, ByteView(std::string_view(imported->pack))); !status) return Fail(status.error());
  std::fputs(report.c_str(), stderr);
  std::printf("%s: %s\n", options.output.c_str(), Counted(imported->draft.rules.size(), "rule", "rules").c_str());
  return 0;
}

}  // namespace sluice::cli
