#include "rules/syntax/pack_reader.h"

#include "rules/syntax/readers.h"

namespace sluice::syntax {
namespace {

constexpr std::string_view kFailModes = "open, closed";

void ReadRuleCondition(MapReader& rule, RuleSource& out) {
  const Node* detect = rule.Find("detect");
  const Node* condition = rule.Find("condition");
  if (detect != nullptr && condition != nullptr) {
    rule.diagnostics().Error(Code::kNothingToDetect, condition->at, rule.what() + " has both 'detect' and 'condition'",
                             "'detect' is short for a condition that is any of some detectors; keep one of the two");
  }
  if (detect != nullptr) {
    out.condition = ReadDetect(*detect, rule);
  } else if (condition != nullptr) {
    out.condition = ReadCondition(*condition, "'condition' of " + rule.what(), rule.diagnostics());
  } else if (rule.is_map()) {
    out.condition.kind = ConditionSource::Kind::kAny;
    rule.diagnostics().Error(Code::kNothingToDetect, rule.at(), rule.what() + " has nothing to detect", "give it 'detect' or 'condition'");
  }
}

ScopeSource ReadScope(MapReader& owner, const Node& node, bool with_direction) {
  MapReader map(node, "'scope' of " + owner.what(), owner.diagnostics());
  ScopeSource scope;
  scope.at = node.at;
  if (with_direction) {
    if (const auto direction = map.Word("direction", model::DirectionFromName, "upload, download, both")) scope.direction = direction->value;
  }
  scope.sources = map.Texts("source");
  scope.destinations = map.Texts("destination");
  scope.applications = map.Texts("application");
  scope.media_types = map.Texts("media_type");
  scope.clients = map.Texts("client");
  if (const auto min = map.Number("min_bytes", 0, UINT64_MAX)) scope.min_bytes = min->value;
  if (const auto max = map.Number("max_bytes", 0, UINT64_MAX)) scope.max_bytes = max->value;
  map.Finish();
  return scope;
}

std::vector<ExceptionSource> ReadExceptions(MapReader& rule) {
  std::vector<ExceptionSource> exceptions;
  const Node* node = rule.Find("exceptions");
  if (node == nullptr) return exceptions;
  for (const Node& item : ItemsOf(*node, "'exceptions' of " + rule.what(), rule.diagnostics())) {
    MapReader map(item, "an exception of " + rule.what(), rule.diagnostics());
    ExceptionSource exception;
    exception.at = item.at;
    if (const auto reason = map.RequireText("reason")) exception.reason = reason->value;
    if (std::optional<Located<std::string>> expires = map.RequireText("expires")) exception.expires = std::move(*expires);
    if (const Node* scope = map.Require("scope")) exception.scope = ReadScope(map, *scope, true);
    map.Finish();
    exceptions.push_back(std::move(exception));
  }
  return exceptions;
}

std::string NameOfRule(const Node& node) {
  for (size_t i = 0; i < node.keys.size(); ++i) {
    if (node.keys[i].text == "id" && !node.items[i].text.empty()) return "rule '" + node.items[i].text + "'";
  }
  return "a rule";
}

RuleSource ReadRule(const Node& node, Diagnostics& diagnostics) {
  RuleSource rule;
  rule.at = node.at;
  MapReader map(node, NameOfRule(node), diagnostics);
  if (std::optional<Located<std::string>> id = map.RequireText("id")) rule.id = std::move(*id);
  if (const auto title = map.RequireText("title")) rule.title = title->value;
  map.Text("description");
  map.Texts("sources");
  if (const auto severity = map.Word("severity", model::SeverityFromName, "info, low, medium, high, critical")) rule.severity = severity->value;
  if (const auto confidence = map.Number("confidence", 0, 100)) rule.confidence = static_cast<uint8_t>(confidence->value);
  if (const auto action = map.Word("action", model::ActionFromName, "allow, alert, block, quarantine")) rule.action = action->value;
  if (const auto evidence = map.Flag("evidence")) rule.evidence = evidence->value;
  if (const Node* scope = map.Find("scope")) rule.scope = ReadScope(map, *scope, true);
  rule.exceptions = ReadExceptions(map);
  ReadRuleCondition(map, rule);
  rule.match = ReadContents(map, "match", ContentOf::kExample);
  rule.no_match = ReadContents(map, "no_match", ContentOf::kExample);
  map.Finish();
  return rule;
}

void ReadFail(MapReader& root, PackSource& pack) {
  const Node* node = root.Find("fail");
  if (node == nullptr) return;
  MapReader map(*node, "'fail'", root.diagnostics());
  for (int i = 0; i < static_cast<int>(model::FailCause::kCount); ++i) {
    const auto cause = static_cast<model::FailCause>(i);
    if (const auto mode = map.Word(Name(cause), model::FailModeFromName, kFailModes)) {
      pack.fail.push_back({{cause, mode->at}, mode->value});
    }
  }
  map.Finish();
}

void ReadHead(MapReader& root, PackSource& pack) {
  const Node* node = root.Find("pack");
  if (node == nullptr) return;
  MapReader map(*node, "'pack'", root.diagnostics());
  pack.id = map.RequireText("id");
  if (const auto title = map.Text("title")) pack.title = title->value;
  map.Text("description");
  map.Texts("sources");
  map.Finish();
}

void ReadDetectors(MapReader& root, PackSource& pack) {
  const Node* node = root.Find("detectors");
  if (node == nullptr) return;
  const MapReader check(*node, "'detectors'", root.diagnostics());
  if (!check.is_map()) return;
  for (size_t i = 0; i < node->keys.size(); ++i) {
    std::optional<Located<std::string>> id = ScalarText(node->keys[i], "the name of a detector", root.diagnostics());
    if (!id) continue;
    const std::string what = "detector '" + id->value + "'";
    pack.detectors.push_back(ReadDetector(node->items[i], std::move(*id), what, root.diagnostics()));
  }
}

// {name: [entry, …]} or {name: {file: path}}.
std::vector<ListSource> ReadLists(MapReader& root, std::string_view key) {
  std::vector<ListSource> lists;
  const Node* node = root.Find(key);
  if (node == nullptr) return lists;
  MapReader map(*node, "'" + std::string(key) + "'", root.diagnostics());
  for (size_t i = 0; map.is_map() && i < node->keys.size(); ++i) {
    std::optional<Located<std::string>> name = ScalarText(node->keys[i], "the name of a list", root.diagnostics());
    if (!name) continue;
    ListSource list;
    list.name = *name;
    if (node->items[i].kind == Node::Kind::kMap) {
      MapReader file(node->items[i], "list '" + name->value + "'", root.diagnostics());
      if (std::optional<Located<std::string>> path = file.RequireText("file")) list.file = std::move(*path);
      file.Finish();
    } else {
      list.entries = map.Texts(node->keys[i].text);
    }
    lists.push_back(std::move(list));
  }
  return lists;
}

}  // namespace

PackSource ReadPack(const Node& root, Diagnostics& diagnostics) {
  PackSource pack;
  pack.file = root.at.file;
  MapReader map(root, "a pack", diagnostics);
  ReadHead(map, pack);
  ReadFail(map, pack);
  if (const Node* budget = map.Find("budget")) {
    MapReader limits(*budget, "'budget'", diagnostics);
    pack.state_budget = limits.Number("stream_state_bytes", 1, 65536);
    limits.Finish();
  }
  pack.lists = ReadLists(map, "lists");
  pack.groups = ReadLists(map, "groups");
  ReadDetectors(map, pack);
  if (const Node* rules = map.Find("rules")) {
    for (const Node& item : ItemsOf(*rules, "'rules'", diagnostics)) pack.rules.push_back(ReadRule(item, diagnostics));
  }
  map.Finish();
  return pack;
}

}  // namespace sluice::syntax
