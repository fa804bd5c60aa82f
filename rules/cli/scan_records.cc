#include "rules/cli/scan_records.h"

#include <nlohmann/json.hpp>

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

}  // namespace

std::string ScanRecord(const bundle::Bundle& bundle, const FileOutcome& file, const FiredRule& fired) {
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

std::string ScanRecord(const bundle::Bundle& bundle, const FileOutcome& file, const Unopened& unopened) {
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

}  // namespace sluice::cli
