#include "rules/syntax/pack_reader.h"

#include "rules/syntax/map_reader.h"

namespace sluice::syntax {
namespace {

constexpr std::string_view kFailModes = "open, closed";

std::vector<Node> ItemsOf(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::kList) return node.items;
  diagnostics.Error(Code::kWrongType, node.at, what + " must be a list, here is " + std::string(KindName(node.kind)));
  return {};
}

// Text, {hex: …} or, for examples, {file: …}.
std::optional<ContentSource> ReadContent(const Node& node, const std::string& what, bool file_allowed, Diagnostics& diagnostics) {
  if (node.kind != Node::Kind::kMap) {
    std::optional<Located<std::string>> text = ScalarText(node, what, diagnostics);
    if (!text) return std::nullopt;
    return ContentSource{ContentSource::Kind::kText, std::move(*text)};
  }
  MapReader map(node, what, diagnostics);
  std::optional<ContentSource> content;
  if (std::optional<Located<std::string>> hex = map.Text("hex")) content = {ContentSource::Kind::kHex, std::move(*hex)};
  if (file_allowed) {
    if (std::optional<Located<std::string>> file = map.Text("file")) content = {ContentSource::Kind::kFile, std::move(*file)};
  }
  map.Finish();
  return content;
}

std::vector<ContentSource> ReadContents(MapReader& map, std::string_view key, bool file_allowed) {
  std::vector<ContentSource> contents;
  const Node* node = map.Find(key);
  if (node == nullptr) return contents;
  const std::string what = "each entry of '" + std::string(key) + "' of " + map.what();
  const std::vector<Node> items = node->kind == Node::Kind::kScalar
                                      ? std::vector<Node>{*node}
                                      : ItemsOf(*node, "'" + std::string(key) + "' of " + map.what(), map.diagnostics());
  for (const Node& item : items) {
    if (std::optional<ContentSource> content = ReadContent(item, what, file_allowed, map.diagnostics())) {
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

bool ReadIgnoreCase(MapReader& map) {
  const std::optional<Located<std::string>> text = map.Text("case");
  if (!text) return false;
  if (text->value != "sensitive" && text->value != "insensitive") {
    map.diagnostics().Error(Code::kUnknownWord, text->at, "'case' cannot be '" + text->value + "'", "expected one of: sensitive, insensitive");
  }
  return text->value == "insensitive";
}

DetectorSource ReadDetector(const Node& node, Located<std::string> id, const std::string& what, Diagnostics& diagnostics) {
  MapReader map(node, what, diagnostics);
  DetectorSource detector;
  detector.id = std::move(id);
  detector.at = node.at;
  detector.literals = ReadContents(map, "literals", false);
  detector.expressions = map.Texts("regex");
  detector.encodings = ReadEncodings(map);
  detector.ignore_case = ReadIgnoreCase(map);
  map.Finish();
  return detector;
}

std::vector<DetectorUse> ReadDetect(MapReader& rule) {
  std::vector<DetectorUse> uses;
  const Node* node = rule.Require("detect");
  if (node == nullptr) return uses;
  const std::vector<Node> items = node->kind == Node::Kind::kList ? node->items : std::vector<Node>{*node};
  for (const Node& item : items) {
    DetectorUse use;
    if (item.kind == Node::Kind::kMap) {
      const std::string what = "a detector of " + rule.what();
      use.inline_detector = std::make_shared<DetectorSource>(ReadDetector(item, {{}, item.at}, what, rule.diagnostics()));
    } else if (std::optional<Located<std::string>> name = ScalarText(item, "each entry of 'detect'", rule.diagnostics())) {
      use.reference = std::move(*name);
    } else {
      continue;
    }
    uses.push_back(std::move(use));
  }
  if (items.empty()) rule.diagnostics().Error(Code::kEmptyValue, node->at, "'detect' of " + rule.what() + " is an empty list");
  return uses;
}

void ReadScope(MapReader& rule, RuleSource& out) {
  const Node* node = rule.Find("scope");
  if (node == nullptr) return;
  MapReader scope(*node, "'scope' of " + rule.what(), rule.diagnostics());
  if (const auto direction = scope.Word("direction", model::DirectionFromName, "upload, download, both")) out.direction = direction->value;
  scope.Finish();
}

RuleSource ReadRule(const Node& node, Diagnostics& diagnostics) {
  RuleSource rule;
  rule.at = node.at;
  std::string what = "a rule";
  for (size_t i = 0; i < node.keys.size(); ++i) {
    if (node.keys[i].text == "id" && !node.items[i].text.empty()) what = "rule '" + node.items[i].text + "'";
  }
  MapReader map(node, what, diagnostics);
  if (std::optional<Located<std::string>> id = map.RequireText("id")) rule.id = std::move(*id);
  if (const auto title = map.RequireText("title")) rule.title = title->value;
  if (const auto severity = map.Word("severity", model::SeverityFromName, "info, low, medium, high, critical")) rule.severity = severity->value;
  if (const auto confidence = map.Number("confidence", 0, 100)) rule.confidence = static_cast<uint8_t>(confidence->value);
  if (const auto action = map.Word("action", model::ActionFromName, "allow, alert, block, quarantine")) rule.action = action->value;
  ReadScope(map, rule);
  rule.detect = ReadDetect(map);
  rule.min_count.at = node.at;
  if (const auto count = map.Number("min_count", 1, UINT32_MAX)) rule.min_count = *count;
  rule.match = ReadContents(map, "match", true);
  rule.no_match = ReadContents(map, "no_match", true);
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

}  // namespace

PackSource ReadPack(const Node& root, Diagnostics& diagnostics) {
  PackSource pack;
  pack.file = root.at.file;
  MapReader map(root, "a pack", diagnostics);
  ReadHead(map, pack);
  ReadFail(map, pack);
  ReadDetectors(map, pack);
  if (const Node* rules = map.Find("rules")) {
    for (const Node& item : ItemsOf(*rules, "'rules'", diagnostics)) pack.rules.push_back(ReadRule(item, diagnostics));
  }
  map.Finish();
  return pack;
}

}  // namespace sluice::syntax
