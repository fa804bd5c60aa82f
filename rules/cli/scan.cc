// `sluicec scan`: findings in files at rest, one a line, in the order of the files.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "rules/bundle/key_file.h"
#include "rules/cli/commands.h"
#include "rules/cli/file_scan.h"
#include "rules/cli/report.h"
#include "rules/marking/describe.h"

namespace sluice::cli {
namespace {

using nlohmann::ordered_json;

// As docs/records.md describes it; keys without a value are left out.
ordered_json MarkingRecord(const model::Marking& marking) {
  const marking::MarkingWords words = marking::Describe(marking);
  ordered_json record;
  record["nation"] = words.nation;
  const auto add = [&record](const char* key, const std::string& value) {
    if (!value.empty()) record[key] = value;
  };
  add("kind", words.kind);
  add("level", words.level);
  if (!words.caveats.empty()) record["caveats"] = words.caveats;
  add("period", words.period);
  add("condition", words.condition);
  add("expires", words.expires);
  add("label", words.label);
  return record;
}

std::string Record(const bundle::Bundle& bundle, const FileOutcome& file, const FiredRule& fired) {
  const model::Rule& rule = bundle.rules()[fired.rule];
  ordered_json record;
  record["event"] = "finding";
  record["schema"] = 1;
  record["policy"] = {{"digest", bundle.digest()}};
  record["rule"] = rule.id;
  record["severity"] = Name(rule.severity);
  record["verdict"] = Name(rule.action);
  record["action"] = "reported";
  record["confidence"] = rule.confidence;
  record["count"] = fired.count;
  record["object"] = {{"name", file.path}, {"bytes", file.bytes}, {"path", fired.path}};
  if (fired.first) {
    record["detector"] = bundle.detectors()[fired.first->detector].id;
    record["match"] = {{"masked", fired.first->masked}, {"offset", fired.first->offset}, {"length", fired.first->length}, {"encoding", fired.first->encoding}};
  }
  for (const ShownDocument& document : fired.documents) {
    ordered_json seen;
    seen["set"] = document.set;
    seen["number"] = document.number;
    if (!document.name.empty()) seen["name"] = document.name;
    seen["percent"] = document.percent;
    seen["bytes"] = document.bytes;
    seen["run"] = document.run;
    if (document.whole) seen["whole"] = true;
    record["documents"].push_back(std::move(seen));
  }
  if (fired.marking.exists()) record["marking"] = MarkingRecord(fired.marking);
  return record.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// What could not be looked into is never clean.
std::string Record(const bundle::Bundle& bundle, const FileOutcome& file, const Unopened& unopened) {
  ordered_json record;
  record["event"] = "anomaly";
  record["schema"] = 1;
  record["policy"] = {{"digest", bundle.digest()}};
  record["kind"] = unopened.kind;
  record["action"] = "reported";
  record["object"] = {{"name", file.path}, {"bytes", file.bytes}, {"path", unopened.path}};
  record["bytes_uninspected"] = unopened.bytes;
  return record.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

int RunScan(const std::string& policy, const std::vector<std::string>& paths, const std::vector<std::string>& keys, const bundle::SignatureFiles& signatures,
            const std::string& names_charset) {
  const Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(keys);
  if (!trusted) return Fail(trusted.error());
  const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Load(policy, *trusted, signatures);
  if (!bundle) return Fail(bundle.error());
  std::vector<std::string> problems;
  const std::vector<std::string> files = FilesOf(paths, problems);
  for (const FileOutcome& file : ScanFiles(**bundle, files, names_charset)) {
    for (const FiredRule& fired : file.fired) std::printf("%s\n", Record(**bundle, file, fired).c_str());
    for (const Unopened& unopened : file.unopened) std::printf("%s\n", Record(**bundle, file, unopened).c_str());
    if (!file.problem.empty()) problems.push_back(file.problem);
  }
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  return problems.empty() ? 0 : 1;
}

}  // namespace sluice::cli
