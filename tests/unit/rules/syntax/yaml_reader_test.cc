#include "rules/syntax/yaml_reader.h"

#include <gtest/gtest.h>

namespace sluice::syntax {
namespace {

struct Outcome {
  std::optional<Node> root;
  std::vector<Code> codes;
  std::vector<Position> places;
};

Outcome Read(std::string text) {
  SourceSet sources;
  sources.Add("t.yaml", std::move(text));
  Diagnostics diagnostics;
  Outcome outcome;
  outcome.root = ReadYaml(sources, 0, diagnostics);
  for (const Diagnostic& d : diagnostics.all()) {
    outcome.codes.push_back(d.code);
    outcome.places.push_back(d.at);
  }
  return outcome;
}

TEST(YamlReader, KeepsTheOrderAndThePlaces) {
  const Outcome o = Read("b: 1\na:\n  - 机密: x\n    y: z\n");
  ASSERT_TRUE(o.root);
  ASSERT_EQ(o.root->keys.size(), 2u);
  EXPECT_EQ(o.root->keys[0].text, "b");
  const Node& item = o.root->items[1].items[0];
  EXPECT_EQ(item.keys[0].at.line, 3u);
  EXPECT_EQ(item.keys[0].at.column, 5u);
  EXPECT_EQ(item.items[0].at.column, 9u);  // characters, not bytes
}

TEST(YamlReader, TellsQuotedTextFromNothing) {
  const Outcome o = Read("a: ~\nb: '~'\nc:\n");
  ASSERT_TRUE(o.root);
  EXPECT_EQ(o.root->items[0].kind, Node::Kind::kNull);
  EXPECT_EQ(o.root->items[1].kind, Node::Kind::kScalar);
  EXPECT_EQ(o.root->items[2].kind, Node::Kind::kNull);
}

TEST(YamlReader, ReadsAnEmptyFileAsAnEmptyMap) {
  const Outcome o = Read("");
  ASSERT_TRUE(o.root);
  EXPECT_EQ(o.root->kind, Node::Kind::kMap);
  EXPECT_TRUE(o.codes.empty());
}

TEST(YamlReader, PlacesASyntaxError) {
  const Outcome o = Read("a: [1, 2\nb: }\n");
  EXPECT_FALSE(o.root);
  ASSERT_EQ(o.codes, std::vector<Code>{Code::kYamlSyntax});
  EXPECT_EQ(o.places[0].line, 2u);
}

TEST(YamlReader, RefusesAliases) {
  const Outcome o = Read("a: &x [1]\nb: *x\n");
  EXPECT_FALSE(o.root);
  EXPECT_EQ(o.codes, std::vector<Code>{Code::kAliasNotAllowed});
}

TEST(YamlReader, RefusesDeepNesting) {
  const Outcome o = Read(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']'));
  EXPECT_FALSE(o.root);
  EXPECT_EQ(o.codes, std::vector<Code>{Code::kTooDeep});
}

TEST(YamlReader, RefusesASecondDocument) {
  const Outcome o = Read("a: 1\n---\nb: 2\n");
  EXPECT_FALSE(o.root);
  EXPECT_EQ(o.codes, std::vector<Code>{Code::kYamlSyntax});
}

TEST(YamlReader, PlacesInvalidUtf8) {
  const Outcome o = Read("a: b\nc: \xc3\xd8\n");
  EXPECT_FALSE(o.root);
  ASSERT_EQ(o.codes, std::vector<Code>{Code::kInvalidUtf8});
  EXPECT_EQ(o.places[0].line, 2u);
}

TEST(FindInvalidUtf8, KnowsTheWholeGrammar) {
  EXPECT_EQ(FindInvalidUtf8("a\xe7\xa7\x98\xf0\x9f\x98\x80"), std::string_view::npos);
  EXPECT_EQ(FindInvalidUtf8("\xc0\xaf"), 0u);          // overlong
  EXPECT_EQ(FindInvalidUtf8("a\xed\xa0\x80"), 1u);     // surrogate
  EXPECT_EQ(FindInvalidUtf8("\xf4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(FindInvalidUtf8("ab\xe7\xa7"), 2u);        // cut off
}

}  // namespace
}  // namespace sluice::syntax
