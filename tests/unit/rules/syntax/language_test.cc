// The table of the language and the readers, held to each other key by key, word by word and bound by bound.
#include "rules/syntax/language.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "rules/syntax/pack_reader.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::syntax {
namespace {

// A pack in which `entries` stand in a map of this kind, written in flow style. The kinds of condition need their operator.
std::string PackWith(MapKind map, const std::string& entries) {
  const auto rule = [](const std::string& rest) { return "{rules: [{id: a.b, title: t, " + rest + "}]}"; };
  const auto condition = [&](const std::string& c) { return rule("condition: " + c); };
  switch (map) {
    case MapKind::kPack: return "{" + entries + "}";
    case MapKind::kHead: return "{pack: {" + entries + "}}";
    case MapKind::kFail: return "{fail: {" + entries + "}}";
    case MapKind::kBudget: return "{budget: {" + entries + "}}";
    case MapKind::kListFile: return "{lists: {l: {" + entries + "}}}";
    case MapKind::kDetector: return "{detectors: {d: {" + entries + "}}}";
    case MapKind::kMarking: return "{detectors: {d: {marking: {" + entries + "}}}}";
    case MapKind::kSignature: return "{detectors: {d: {signature: {" + entries + "}}}}";
    case MapKind::kRule: return "{rules: [{" + entries + "}]}";
    case MapKind::kScope: return rule("detect: d, scope: {" + entries + "}");
    case MapKind::kException: return rule("detect: d, exceptions: [{" + entries + "}]");
    case MapKind::kNear: return condition("{near: {" + entries + "}}");
    case MapKind::kLiteral: return "{detectors: {d: {literals: [{" + entries + "}]}}}";
    case MapKind::kExample: return rule("detect: d, match: [{" + entries + "}]");
    default: return condition("{" + entries + "}");
  }
}

// What a map needs so that its reader gets to the key in question.
std::string Operator(MapKind map) {
  switch (map) {
    case MapKind::kAllCondition: return "all: [d]";
    case MapKind::kAnyCondition: return "any: [d]";
    case MapKind::kNotCondition: return "not: d";
    case MapKind::kNearCondition: return "near: {anchor: a, with: b}";
    case MapKind::kUseCondition: return "detector: d";
    case MapKind::kInPlaceCondition: return "literals: [x]";
    // `where` and `min_count` belong to `detect`.
    case MapKind::kRule: return "detect: d";
    default: return "";
  }
}

std::string Joined(const std::string& a, const std::string& b) { return a.empty() ? b : b.empty() ? a : a + ", " + b; }

std::vector<Diagnostic> Mistakes(const std::string& text) {
  SourceSet sources;
  sources.Add("t.yaml", text);
  Diagnostics diagnostics;
  const std::optional<Node> root = ReadYaml(sources, 0, diagnostics);
  if (root) ReadPack(*root, diagnostics);
  return diagnostics.all();
}

bool Has(const std::vector<Diagnostic>& all, Code code, const std::string& about) {
  for (const Diagnostic& d : all) {
    if (d.code == code && (d.message + d.hint).find(about) != std::string::npos) return true;
  }
  return false;
}

std::set<std::string> Split(const std::string& text) {
  std::set<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(", ", begin), text.size());
    parts.insert(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return parts;
}

std::vector<MapKind> AllMaps() {
  std::vector<MapKind> maps;
  for (int i = 0; i < static_cast<int>(MapKind::kCount); ++i) maps.push_back(static_cast<MapKind>(i));
  return maps;
}

// A key that is near to none is answered with all that are known.
TEST(Language, HasTheKeysThatTheReadersAskFor) {
  const std::string stranger = "qqqqqqqqqqqqqqqqqqqqqqqq";
  for (const MapKind map : AllMaps()) {
    std::set<std::string> known;
    for (const Diagnostic& d : Mistakes(PackWith(map, Joined(Operator(map), stranger + ": 1")))) {
      if (d.code == Code::kUnknownKey) known = Split(d.hint.substr(d.hint.find(": ") + 2));
    }
    std::set<std::string> table;
    for (const Key* key : KeysOf(map)) table.insert(std::string(key->name));
    // A condition's reader first asks which operator it is.
    const bool is_condition = PackWith(map, "").find("condition") != std::string::npos && map != MapKind::kNear;
    for (const char* name : {"all", "any", "not", "near", "detector"}) {
      if (is_condition && table.count(name) == 0) known.erase(name);
    }
    EXPECT_EQ(known, table) << PackWith(map, "");
  }
}

TEST(Language, NamesTheKeysThatMustBeThere) {
  for (const MapKind map : AllMaps()) {
    // What makes a map a condition of its kind is not missing but makes it another.
    if (!Operator(map).empty() && map != MapKind::kRule) continue;
    const std::vector<Diagnostic> mistakes = Mistakes(PackWith(map, ""));
    for (const Key* key : KeysOf(map)) {
      EXPECT_EQ(Has(mistakes, Code::kMissingKey, "needs the key '" + std::string(key->name) + "'"), key->required) << key->name;
    }
  }
}

TEST(Language, HasTheWordsThatTheReadersKnow) {
  for (const Key& key : Keys()) {
    if (key.words == nullptr) continue;
    const std::string name(key.name);
    const std::string prefix = key.map == MapKind::kInPlaceCondition && name != "literals" ? "literals: [x], " : Joined(Operator(key.map), "") + (Operator(key.map).empty() ? "" : ", ");
    for (const std::string_view word : key.words()) {
      const std::vector<Diagnostic> mistakes = Mistakes(PackWith(key.map, prefix + name + ": " + std::string(word)));
      EXPECT_FALSE(Has(mistakes, Code::kUnknownWord, std::string(word))) << name << ": " << word;
    }
    bool refused = false;
    for (const Diagnostic& d : Mistakes(PackWith(key.map, prefix + name + ": qqqq"))) {
      if (d.code != Code::kUnknownWord) continue;
      refused = true;
      // Every word of the table stands in the hint; 'none' of validators says nothing and is not offered.
      for (const std::string_view word : key.words()) {
        EXPECT_TRUE(word == "none" || d.hint.find(word) != std::string::npos) << name << ": " << word;
      }
      const size_t list = d.hint.find(": ") + 2;
      for (const std::string& offered : Split(d.hint.substr(list, d.hint.find(';') - list))) {
        const std::vector<std::string_view> words = key.words();
        EXPECT_NE(std::find(words.begin(), words.end(), offered), words.end()) << name << " offers " << offered;
      }
    }
    EXPECT_TRUE(refused) << name;
  }
}

TEST(Language, HasTheBoundsThatTheReadersKeep) {
  for (const Key& key : Keys()) {
    if (key.shape != Shape::kNumber && key.shape != Shape::kDecimal) continue;
    const auto refused = [&](const std::string& value) {
      return Has(Mistakes(PackWith(key.map, Joined(Operator(key.map), std::string(key.name) + ": " + value))), Code::kBadNumber, std::string(key.name));
    };
    EXPECT_FALSE(refused(std::to_string(key.min))) << key.name;
    EXPECT_FALSE(refused(std::to_string(key.max))) << key.name;
    EXPECT_TRUE(key.min == 0 || refused(std::to_string(key.min - 1))) << key.name;
    EXPECT_TRUE(key.max == UINT64_MAX || refused(std::to_string(key.max + 1))) << key.name;
    EXPECT_TRUE(refused("some")) << key.name;
  }
}

TEST(Language, ExplainsEachKeyOnce) {
  std::set<std::pair<MapKind, std::string_view>> seen;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(seen.emplace(key.map, key.name).second) << key.name;
    EXPECT_FALSE(key.text.empty()) << key.name;
    EXPECT_EQ(FindKey(key.map, key.name), &key);
  }
  EXPECT_EQ(FindKey(MapKind::kRule, "severty"), nullptr);
}

}  // namespace
}  // namespace sluice::syntax
