#include "rules/syntax/pack_reader.h"

#include <algorithm>

#include "rules/syntax/map_reader.h"

namespace sluice::syntax {
namespace {

constexpr std::string_view kFailModes = "open, closed";

std::vector<Node> ItemsOf(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::kList) return node.items;
  diagnostics.Error(Code::kWrongType, node.at, what + " must be a list, here is " + std::string(KindName(node.kind)));
  return {};
}

// What else than text an entry may be: a literal a named list, an example a file.
enum class ContentOf : uint8_t { kLiteral, kExample };

std::optional<ContentSource> ReadContent(const Node& node, const std::string& what, ContentOf of, Diagnostics& diagnostics) {
  if (node.kind != Node::Kind::kMap) {
    std::optional<Located<std::string>> text = ScalarText(node, what, diagnostics);
    if (!text) return std::nullopt;
    return ContentSource{ContentSource::Kind::kText, std::move(*text)};
  }
  MapReader map(node, what, diagnostics);
  std::optional<ContentSource> content;
  if (std::optional<Located<std::string>> hex = map.Text("hex")) content = {ContentSource::Kind::kHex, std::move(*hex)};
  const std::string_view key = of == ContentOf::kExample ? "file" : "list";
  if (std::optional<Located<std::string>> name = map.Text(key)) {
    content = {of == ContentOf::kExample ? ContentSource::Kind::kFile : ContentSource::Kind::kList, std::move(*name)};
  }
  map.Finish();
  return content;
}

std::vector<ContentSource> ReadContents(MapReader& map, std::string_view key, ContentOf of) {
  std::vector<ContentSource> contents;
  const Node* node = map.Find(key);
  if (node == nullptr) return contents;
  const std::string what = "each entry of '" + std::string(key) + "' of " + map.what();
  const std::vector<Node> items = node->kind == Node::Kind::kScalar
                                      ? std::vector<Node>{*node}
                                      : ItemsOf(*node, "'" + std::string(key) + "' of " + map.what(), map.diagnostics());
  for (const Node& item : items) {
    if (std::optional<ContentSource> content = ReadContent(item, what, of, map.diagnostics())) {
      contents.push_back(std::move(*content));
    }
  }
  return contents;
}

std::string EncodingNames() {
  std::string names;
  for (int i = 0; i < static_cast<int>(model::Encoding::kCount); ++i) {
    names += (i == 0 ? "" : ", ") + std::string(Name(static_cast<model::Encoding>(i)));
  }
  return names;
}

std::vector<Located<model::Encoding>> ReadEncodings(MapReader& map) {
  std::vector<Located<model::Encoding>> encodings;
  for (const Located<std::string>& name : map.Texts("encodings")) {
    if (const std::optional<model::Encoding> encoding = model::EncodingFromName(name.value)) {
      encodings.push_back({*encoding, name.at});
    } else {
      map.diagnostics().Error(Code::kUnknownWord, name.at, "no encoding is called '" + name.value + "'",
                              "expected any of: " + EncodingNames() + "; without 'encodings' all that can carry the text are tried");
    }
  }
  return encodings;
}

// One word of a list of options, each with its own switch.
struct Switch {
  std::string_view name;
  bool* on;
};

void ReadSwitches(MapReader& map, std::string_view key, const std::vector<Switch>& switches) {
  for (const Located<std::string>& word : map.Texts(key)) {
    const auto found = std::find_if(switches.begin(), switches.end(), [&](const Switch& s) { return s.name == word.value; });
    if (found != switches.end()) {
      *found->on = true;
      continue;
    }
    std::string names;
    for (const Switch& s : switches) names += (names.empty() ? "" : ", ") + std::string(s.name);
    map.diagnostics().Error(Code::kUnknownWord, word.at, "'" + std::string(key) + "' cannot hold '" + word.value + "'", "expected any of: " + names);
  }
}

TransferSet ReadTransfer(MapReader& map) {
  TransferSet set;
  if (map.Find("transfer") == nullptr) return set;
  bool none = false;
  set = {false, false, false, false, false};
  ReadSwitches(map, "transfer", {{"none", &none}, {"percent", &set.percent}, {"quoted-printable", &set.quoted_printable},
                                 {"html", &set.html}, {"json", &set.json}, {"base64", &set.base64}});
  return set;
}

bool ReadIgnoreCase(MapReader& map) {
  const std::optional<Located<std::string>> text = map.Text("case");
  if (!text) return false;
  if (text->value != "sensitive" && text->value != "insensitive") {
    map.diagnostics().Error(Code::kUnknownWord, text->at, "'case' cannot be '" + text->value + "'", "expected one of: sensitive, insensitive");
  }
  return text->value == "insensitive";
}

std::string ValidatorNames() {
  std::string names;
  for (int i = 1; i < static_cast<int>(model::ValidatorKind::kCount); ++i) {
    names += (i == 1 ? "" : ", ") + std::string(Name(static_cast<model::ValidatorKind>(i)));
  }
  return names;
}

void ReadDetectorKeys(MapReader& map, DetectorSource& detector) {
  detector.literals = ReadContents(map, "literals", ContentOf::kLiteral);
  detector.expressions = map.Texts("regex");
  detector.encodings = ReadEncodings(map);
  detector.transfer = ReadTransfer(map);
  VariantSet& v = detector.variants;
  ReadSwitches(map, "variants", {{"spacing", &v.spacing}, {"line-break", &v.line_break}, {"width", &v.width}, {"look-alike", &v.look_alike}});
  detector.unless_followed_by = map.Texts("unless_followed_by");
  if (const auto validator = map.Word("validator", model::ValidatorFromName, ValidatorNames())) detector.validator = validator->value;
  // 8 bits is what a byte can hold.
  if (const auto entropy = map.Decimal("min_entropy", 0, 8)) detector.min_entropy = entropy->value;
  detector.ignore_case = ReadIgnoreCase(map);
  if (const auto word = map.Flag("word")) detector.whole_word = word->value;
}

DetectorSource ReadDetector(const Node& node, Located<std::string> id, const std::string& what, Diagnostics& diagnostics) {
  MapReader map(node, what, diagnostics);
  DetectorSource detector;
  detector.id = std::move(id);
  detector.at = node.at;
  map.Text("title");
  ReadDetectorKeys(map, detector);
  map.Finish();
  return detector;
}

uint8_t ReadWhere(MapReader& map) {
  bool body = false, name = false, header = false, subject = false, metadata = false;
  if (map.Find("where") == nullptr) return model::Where::kAnywhere;
  ReadSwitches(map, "where", {{"body", &body}, {"name", &name}, {"header", &header}, {"subject", &subject}, {"metadata", &metadata}});
  const auto bit = [](bool on, uint8_t value) { return on ? value : uint8_t{0}; };
  const auto where = static_cast<uint8_t>(bit(body, model::Where::kBody) | bit(name, model::Where::kName) | bit(header, model::Where::kHeader) |
                                          bit(subject, model::Where::kSubject) | bit(metadata, model::Where::kMetadata));
  return where == 0 ? model::Where::kAnywhere : where;
}

ConditionSource ReadCondition(const Node& node, const std::string& what, Diagnostics& diagnostics);

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
  condition.where = ReadWhere(map);
}

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
