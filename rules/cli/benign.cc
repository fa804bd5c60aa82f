// `sluicec test --benign`: a folder in which nothing may be found. Every alarm is named, and one fails the gate.
#include <cstdio>
#include <map>

#include "base/visible_text.h"
#include "rules/cli/commands.h"
#include "rules/cli/file_scan.h"
#include "rules/cli/input_files.h"
#include "rules/cli/report.h"

namespace sluice::cli {
namespace {

// A rule that only informs, or that allows, disturbs nobody: it is shown and not counted.
bool Disturbs(const model::Rule& rule) { return rule.action != model::Action::kAllow && rule.severity != model::Severity::kInfo; }

struct Tally {
  size_t alarms = 0, files_with_alarms = 0, notes = 0;
  uint64_t bytes = 0;
  std::map<std::string, size_t> by_rule;
};

std::string Place(const bundle::Bundle& bundle, const FiredRule& fired) {
  if (!fired.first) return "nothing that it wants absent is there";
  const ShownHit& hit = *fired.first;
  return hit.masked + " (" + bundle.detectors()[hit.detector].id + ", " + hit.encoding + ", byte " + std::to_string(hit.offset) + ", " +
         Counted(fired.count, "hit", "hits") + ")";
}

void PrintFired(const bundle::Bundle& bundle, const FileOutcome& file, const FiredRule& fired) {
  const model::Rule& rule = bundle.rules()[fired.rule];
  const std::string line = fired.first ? ":" + std::to_string(fired.first->line) : "";
  std::printf("%s%s: %s: rule '%s' (%s, %s): %s\n", VisibleText(file.path).c_str(), line.c_str(), Disturbs(rule) ? "alarm" : "note", rule.id.c_str(),
              std::string(Name(rule.severity)).c_str(), std::string(Name(rule.action)).c_str(), Place(bundle, fired).c_str());
}

void Count(const bundle::Bundle& bundle, const FileOutcome& file, Tally& tally) {
  size_t alarms = 0;
  for (const FiredRule& fired : file.fired) {
    const model::Rule& rule = bundle.rules()[fired.rule];
    if (!Disturbs(rule)) {
      ++tally.notes;
      continue;
    }
    ++alarms;
    ++tally.by_rule[rule.id];
  }
  tally.alarms += alarms;
  tally.files_with_alarms += alarms > 0 ? 1 : 0;
  tally.bytes += file.bytes;
}

void PrintTally(const Tally& tally, size_t files) {
  for (const auto& [rule, alarms] : tally.by_rule) std::printf("  %-40s %zu\n", rule.c_str(), alarms);
  const double per_thousand = static_cast<double>(tally.alarms) * 1000 / static_cast<double>(files);
  const double megabytes = static_cast<double>(tally.bytes) / 1e6;
  std::printf("%s in %zu of %s, %.1f MB: %.2f per 1000 files, %.3f per megabyte", Counted(tally.alarms, "alarm", "alarms").c_str(), tally.files_with_alarms,
              Counted(files, "file", "files").c_str(), megabytes, per_thousand, megabytes > 0 ? static_cast<double>(tally.alarms) / megabytes : 0.0);
  if (tally.notes > 0) std::printf("; %s that only inform", Counted(tally.notes, "note", "notes").c_str());
  std::printf("\n");
}

}  // namespace

int ScanBenign(const bundle::Bundle& bundle, const std::vector<std::string>& folders) {
  std::vector<std::string> problems;
  const std::vector<std::string> files = FilesOf(folders, problems);
  if (files.empty()) problems.push_back("there are no files to look through, so nothing is shown");
  Tally tally;
  ScanFiles(bundle, files, {}, [&](const FileOutcome& file) {
    for (const FiredRule& fired : file.fired) PrintFired(bundle, file, fired);
    if (!file.problem.empty()) problems.push_back(file.problem);
    Count(bundle, file, tally);
  });
  if (!files.empty()) PrintTally(tally, files.size());
  for (const std::string& problem : problems) std::fprintf(stderr, "error: %s\n", VisibleText(problem).c_str());
  return tally.alarms == 0 && problems.empty() ? 0 : 1;
}

}  // namespace sluice::cli
