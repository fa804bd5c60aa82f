#include "rules/syntax/readers.h"

#include <algorithm>

namespace sluice::syntax {
namespace {

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

std::string NationNames() {
  std::string names;
  for (int i = 1; i < static_cast<int>(model::Nation::kCount); ++i) names += (i == 1 ? "" : ", ") + std::string(Name(static_cast<model::Nation>(i)));
  return names;
}

std::string LevelNames(model::Nation nation) {
  std::string names;
  for (uint8_t level = 1; !LevelName(nation, level).empty(); ++level) names += (level == 1 ? "" : ", ") + std::string(LevelName(nation, level));
  return names;
}

std::string MarkingKindNames() {
  std::string names;
  for (int i = 1; i < static_cast<int>(model::MarkingKind::kCount); ++i) names += (i == 1 ? "" : ", ") + std::string(Name(static_cast<model::MarkingKind>(i)));
  return names;
}

// "机密" or ">= 机密".
void ReadMarkingLevel(MapReader& map, model::MarkingFilter& filter) {
  const std::optional<Located<std::string>> text = map.Text("level");
  if (!text) return;
  const bool or_higher = text->value.substr(0, 2) == ">=";
  std::string_view name = std::string_view(text->value).substr(or_higher ? 2 : 0);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  if (const std::optional<uint8_t> level = model::LevelFromName(filter.nation, name)) {
    filter.least_level = *level;
    if (!or_higher) filter.most_level = *level;
  } else {
    map.diagnostics().Error(Code::kUnknownWord, text->at, "'" + std::string(name) + "' is no level of " + std::string(Name(filter.nation)),
                            "expected one of: " + LevelNames(filter.nation) + "; with '>=' before it, also those above");
  }
}

void ReadMarkingCaveat(MapReader& map, model::MarkingFilter& filter) {
  const std::optional<Located<std::string>> text = map.Text("caveat");
  if (!text) return;
  if (const std::optional<uint8_t> caveat = model::CaveatFromName(filter.nation, text->value)) {
    filter.caveat = *caveat;
    return;
  }
  std::string names;
  for (uint8_t i = 0; !CaveatName(filter.nation, i).empty(); ++i) names += (i == 0 ? "" : ", ") + std::string(CaveatName(filter.nation, i));
  map.diagnostics().Error(Code::kUnknownWord, text->at, "'" + text->value + "' is no caveat of " + std::string(Name(filter.nation)), "expected one of: " + names);
}

// `marking: CN` or {nation: CN, level: ">= 机密", kind: classification, caveat: …, period_stated: true}.
model::MarkingFilter ReadMarkingFilter(MapReader& detector) {
  model::MarkingFilter filter;
  const Node* node = detector.Find("marking");
  if (node == nullptr) return filter;
  if (node->kind != Node::Kind::kMap) {
    if (const auto nation = detector.Word("marking", model::NationFromName, NationNames())) filter.nation = nation->value;
    return filter;
  }
  MapReader map(*node, "'marking' of " + detector.what(), detector.diagnostics());
  map.Require("nation");
  if (const auto nation = map.Word("nation", model::NationFromName, NationNames())) filter.nation = nation->value;
  ReadMarkingLevel(map, filter);
  ReadMarkingCaveat(map, filter);
  if (const auto stated = map.Flag("period_stated")) filter.needs_period = stated->value;
  if (const auto kind = map.Word("kind", model::MarkingKindFromName, MarkingKindNames())) filter.kind = kind->value;
  map.Finish();
  return filter;
}

// `signature: {set: designs, percent: 20}`.
model::SignatureFilter ReadSignature(MapReader& detector) {
  model::SignatureFilter filter;
  const Node* node = detector.Find("signature");
  if (node == nullptr) return filter;
  MapReader map(*node, "'signature' of " + detector.what(), detector.diagnostics());
  if (const auto set = map.RequireText("set")) filter.set = set->value;
  if (const auto percent = map.Number("percent", 1, 100)) filter.percent = static_cast<uint8_t>(percent->value);
  if (const auto bytes = map.Number("bytes", 1, UINT64_MAX)) filter.bytes = bytes->value;
  if (const auto run = map.Number("run", 1, UINT64_MAX)) filter.run = run->value;
  if (const auto whole = map.Flag("whole")) filter.whole = whole->value;
  if (const auto left = map.Text("left")) {
    const std::optional<model::Departed> departed = model::DepartedFromText(left->value);
    if (departed) filter.left = *departed;
    else map.diagnostics().Error(Code::kUnknownWord, left->at, "'left' cannot be '" + left->value + "'", "write it as 20 %, 20 % in 30 days, or 50 MB of this set in 30 days");
  }
  if (const auto columns = map.Number("columns", 1, model::kMostColumns)) filter.columns = static_cast<uint8_t>(columns->value);
  filter.within = model::kDefaultColumnsWithin;
  if (const auto within = map.Number("within", 1, model::kFurthestColumns)) filter.within = static_cast<uint32_t>(within->value);
  map.Finish();
  return filter;
}

}  // namespace

std::vector<Node> ItemsOf(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::kList) return node.items;
  diagnostics.Error(Code::kWrongType, node.at, what + " must be a list, here is " + std::string(KindName(node.kind)));
  return {};
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
  detector.marking = ReadMarkingFilter(map);
  detector.signature = ReadSignature(map);
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

}  // namespace sluice::syntax
