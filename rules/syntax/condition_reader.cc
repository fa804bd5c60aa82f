#include "rules/syntax/readers.h"

namespace sluice::syntax {
namespace {

uint8_t ReadWhere(MapReader& map) {
  bool body = false, name = false, header = false, subject = false, metadata = false;
  if (map.Find("where") == nullptr) return model::Where::kAnywhere;
  ReadSwitches(map, "where", {{"body", &body}, {"name", &name}, {"header", &header}, {"subject", &subject}, {"metadata", &metadata}});
  const auto bit = [](bool on, uint8_t value) { return on ? value : uint8_t{0}; };
  const auto where = static_cast<uint8_t>(bit(body, model::Where::kBody) | bit(name, model::Where::kName) | bit(header, model::Where::kHeader) |
                                          bit(subject, model::Where::kSubject) | bit(metadata, model::Where::kMetadata));
  return where == 0 ? model::Where::kAnywhere : where;
}

std::vector<ConditionSource> ReadConditions(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  std::vector<ConditionSource> conditions;
  const std::vector<Node> items = node.kind == Node::Kind::kList ? node.items : std::vector<Node>{node};
  for (const Node& item : items) conditions.push_back(ReadCondition(item, what, diagnostics));
  if (items.empty()) diagnostics.Error(Code::kEmptyValue, node.at, what + " is an empty list");
  return conditions;
}

// {near: {anchor: a, with: [b, c], within: 100}}
void ReadNear(const Node& node, ConditionSource& condition, Diagnostics& diagnostics) {
  MapReader map(node, "'near'", diagnostics);
  condition.kind = ConditionSource::Kind::kNear;
  if (const Node* anchor = map.Require("anchor")) condition.children.push_back(ReadCondition(*anchor, "the anchor of 'near'", diagnostics));
  if (const Node* with = map.Require("with")) {
    for (ConditionSource& partner : ReadConditions(*with, "'with' of 'near'", diagnostics)) condition.children.push_back(std::move(partner));
  }
  // As far as the data plane keeps positions apart.
  constexpr uint64_t kFurthest = 100'000;
  condition.within = 300;
  if (const auto within = map.Number("within", 0, kFurthest)) condition.within = within->value;
  map.Finish();
}

// A map that names no operator is a detector written in place, or one with a count: {detector: x, count: 3, …}.
void ReadDetectorCondition(MapReader& map, const Node& node, ConditionSource& condition) {
  if (const Node* use = map.Find("detector")) {
    if (use->kind == Node::Kind::kMap) {
      condition.detector.inline_detector = std::make_shared<DetectorSource>(ReadDetector(*use, {{}, use->at}, "a detector in place", map.diagnostics()));
    } else if (std::optional<Located<std::string>> name = ScalarText(*use, "'detector'", map.diagnostics())) {
      condition.detector.reference = std::move(*name);
    }
  } else {
    auto detector = std::make_shared<DetectorSource>();
    detector->id.at = detector->at = node.at;
    ReadDetectorKeys(map, *detector);
    condition.detector.inline_detector = std::move(detector);
  }
  if (const auto count = map.Number("count", 1, model::kLargestCount)) condition.min_count = *count;
  if (const auto distinct = map.Flag("distinct")) condition.distinct = distinct->value;
  if (condition.distinct && condition.min_count.value > model::kLargestDistinctCount) {
    map.diagnostics().Error(Code::kBadNumber, condition.min_count.at,
                            "a count of distinct values can be at most " + std::to_string(model::kLargestDistinctCount), "without 'distinct' it can be up to 1000");
  }
  condition.where = ReadWhere(map);
}

}  // namespace

ConditionSource ReadCondition(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  using Kind = ConditionSource::Kind;
  ConditionSource condition;
  condition.at = condition.min_count.at = node.at;
  if (node.kind != Node::Kind::kMap) {
    if (std::optional<Located<std::string>> name = ScalarText(node, what, diagnostics)) condition.detector.reference = std::move(*name);
    return condition;
  }
  MapReader map(node, what, diagnostics);
  if (const Node* all = map.Find("all")) {
    condition.kind = Kind::kAll;
    condition.children = ReadConditions(*all, "'all'", diagnostics);
  } else if (const Node* any = map.Find("any")) {
    condition.kind = Kind::kAny;
    condition.children = ReadConditions(*any, "'any'", diagnostics);
    if (const auto at_least = map.Number("at_least", 1, model::kLargestCount)) condition.min_count = *at_least;
  } else if (const Node* negated = map.Find("not")) {
    condition.kind = Kind::kNot;
    condition.children.push_back(ReadCondition(*negated, "'not'", diagnostics));
  } else if (const Node* near = map.Find("near")) {
    ReadNear(*near, condition, diagnostics);
  } else {
    ReadDetectorCondition(map, node, condition);
  }
  map.Finish();
  return condition;
}

// `detect: [a, b]` is any of them; `min_count` and `where` are for each.
ConditionSource ReadDetect(const Node& node, MapReader& rule) {
  ConditionSource any;
  any.kind = ConditionSource::Kind::kAny;
  any.at = any.min_count.at = node.at;
  any.children = ReadConditions(node, "'detect' of " + rule.what(), rule.diagnostics());
  const std::optional<Located<uint64_t>> count = rule.Number("min_count", 1, model::kLargestCount);
  const uint8_t where = ReadWhere(rule);
  for (ConditionSource& child : any.children) {
    if (child.kind != ConditionSource::Kind::kDetector) continue;
    if (count) child.min_count = *count;
    if (where != model::Where::kAnywhere) child.where = where;
  }
  return any;
}

}  // namespace sluice::syntax
