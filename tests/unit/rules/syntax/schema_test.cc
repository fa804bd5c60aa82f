// The schema for editors: the published file is what the program prints, every pack that ships is valid, and the mistakes
// of form in the golden packs are mistakes to the schema too.
#include "rules/syntax/schema.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rules/syntax/pack_reader.h"
#include "rules/syntax/yaml_reader.h"
#include "tests/support/json_schema.h"
#include "tests/support/places.h"

namespace sluice::syntax {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// As editors see it: YAML 1.2, core schema.
Json ScalarOf(const Node& node) {
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  const char* end = node.text.data() + node.text.size();
  uint64_t whole = 0;
  if (const auto read = std::from_chars(node.text.data(), end, whole); read.ec == std::errc() && read.ptr == end) return whole;
  double decimal = 0;
  if (const auto read = std::from_chars(node.text.data(), end, decimal); read.ec == std::errc() && read.ptr == end) return decimal;
  return node.text;
}

Json ToJson(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return nullptr;
    case Node::Kind::kScalar: return ScalarOf(node);
    case Node::Kind::kList: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(ToJson(item));
      return list;
    }
    case Node::Kind::kMap: break;
  }
  Json map = Json::object();
  for (size_t i = 0; i < node.keys.size(); ++i) map[node.keys[i].text] = ToJson(node.items[i]);
  return map;
}

struct Checked {
  bool is_yaml = false;
  bool has_form_errors = false;  // of those that a schema can see
  std::vector<std::string> violations;
};

Checked Check(const std::string& text) {
  static const testing::JsonSchema schema{Json::parse(WriteSchema())};
  SourceSet sources;
  sources.Add("t.yaml", text);
  Diagnostics diagnostics;
  Checked checked;
  const std::optional<Node> root = ReadYaml(sources, 0, diagnostics);
  checked.is_yaml = root.has_value();
  if (!root) return checked;
  ReadPack(*root, diagnostics);
  for (const Diagnostic& d : diagnostics.all()) {
    checked.has_form_errors |= d.code == Code::kUnknownKey || d.code == Code::kWrongType || d.code == Code::kMissingKey || d.code == Code::kUnknownWord;
  }
  checked.violations = schema.Violations(ToJson(*root));
  return checked;
}

std::vector<fs::path> PacksBelow(const char* folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(places::SourceFolder()) / folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// With SLUICE_UPDATE_GOLDEN set the file is written instead of compared.
TEST(Schema, IsTheFileThatIsPublished) {
  const fs::path path = fs::path(places::SourceFolder()) / "docs/schema/rules.schema.json";
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << WriteSchema();
  EXPECT_EQ(ReadAll(path), WriteSchema());
}

TEST(Schema, AcceptsEveryPackThatShips) {
  const std::vector<fs::path> packs = PacksBelow("rules/packs");
  ASSERT_GT(packs.size(), 10u);
  for (const fs::path& path : packs) EXPECT_EQ(Check(ReadAll(path)).violations, std::vector<std::string>{}) << path;
}

TEST(Schema, AgreesWithTheReadersAboutTheFormOfGoldenPacks) {
  size_t refused = 0;
  for (const fs::path& path : PacksBelow("tests/golden/rules")) {
    const Checked checked = Check(ReadAll(path));
    if (!checked.is_yaml) continue;
    if (checked.has_form_errors) {
      EXPECT_FALSE(checked.violations.empty()) << path;
    }
    refused += checked.violations.empty() ? 0 : 1;
  }
  EXPECT_GE(refused, 3u);
}

TEST(Schema, RefusesWhatTheLanguageDoesNotHave) {
  const std::string head = "rules: [{id: a.b, title: t, ";
  for (const std::string& rest : {std::string("severty: high, detect: d}]"), std::string("severity: huge, detect: d}]"), std::string("confidence: 101, detect: d}]"),
                                  std::string("condition: {all: [d], count: 3}}]"), std::string("condition: {near: {anchor: d}}}]"), std::string("detect: []}]"),
                                  std::string("detect: d, exceptions: [{reason: r, expires: soon, scope: {}}]}]"), std::string("title: ~, detect: d}]")}) {
    EXPECT_FALSE(Check(head + rest).violations.empty()) << rest;
  }
  EXPECT_TRUE(Check(head + "severity: high, detect: [d, {literals: [x, {hex: c3d8}], count: 2}]}]").violations.empty());
}

}  // namespace
}  // namespace sluice::syntax
