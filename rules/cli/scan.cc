// `sluicec scan`: findings in files at rest, in the order of the files.
#include <cstdio>

#include "base/visible_text.h"
#include "rules/bundle/key_file.h"
#include "rules/cli/commands.h"
#include "rules/cli/file_scan.h"
#include "rules/cli/input_files.h"
#include "rules/cli/report.h"
#include "rules/cli/scan_records.h"
#include "rules/cli/scan_table.h"

namespace sluice::cli {
namespace {

// Each line as soon as it is known, so that nothing is lost when the scan is stopped.
void PrintRecords(const bundle::Bundle& bundle, const FileOutcome& file) {
  for (const FiredRule& fired : file.fired) std::printf("%s\n", ScanRecord(bundle, file, fired).c_str());
  for (const Unopened& unopened : file.unopened) std::printf("%s\n", ScanRecord(bundle, file, unopened).c_str());
  std::fflush(stdout);
}

}  // namespace

int RunScan(const ScanOptions& options) {
  const Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(options.trusted_keys);
  if (!trusted) return Fail(trusted.error());
  const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Load(options.policy, *trusted, options.signatures);
  if (!bundle) return Fail(bundle.error());
  std::vector<std::string> problems;
  const std::vector<std::string> files = FilesOf(options.paths, problems);
  ScanTable table(**bundle);
  ScanFiles(**bundle, files, options.names_charset, [&](const FileOutcome& file) {
    if (!file.problem.empty()) problems.push_back(file.problem);
    if (options.as_table) table.Add(file);
    if (!options.as_table) PrintRecords(**bundle, file);
  });
  if (options.as_table) std::fputs(table.Render().c_str(), stdout);
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", VisibleText(problem).c_str());
  return problems.empty() ? 0 : 1;
}

}  // namespace sluice::cli
