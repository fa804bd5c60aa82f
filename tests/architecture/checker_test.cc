// The checks themselves: each must find what is planted in a small tree, and nothing in a tree that is right.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/architecture/architecture_check.h"

namespace sluice::architecture {
namespace {

namespace fs = std::filesystem;

class PlantedTree : public testing::Test {
 protected:
  PlantedTree() {
    std::string pattern = (fs::temp_directory_path() / "sluice-architecture-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~PlantedTree() override { fs::remove_all(root_); }

  void Plant(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::vector<SourceFile> Files() const {
    return ReadSources(root_, {"base", "rules", "dataplane", "control", "perf", "tests"});
  }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

using Layers = PlantedTree;
using Circles = PlantedTree;
using Confinement = PlantedTree;
using IncludePaths = PlantedTree;
using Names = PlantedTree;

void ExpectOne(const Violations& violations, const std::string& part) {
  ASSERT_EQ(violations.size(), 1u) << testing::PrintToString(violations);
  EXPECT_NE(violations[0].find(part), std::string::npos) << violations[0];
}

TEST_F(Layers, AcceptsArrowsThatPointDown) {
  Plant("dataplane/pipeline/pipeline.cc", "#include \"dataplane/flow/flow.h\"\n#include <vector>\n");
  Plant("dataplane/flow/flow.h", "#include \"base/clock.h\"\n");
  Plant("base/clock.h", "");
  EXPECT_TRUE(CheckLayers(Files()).empty());
}

TEST_F(Layers, FindsAnArrowThatPointsUp) {
  Plant("dataplane/flow/flow.h", "\n#include \"dataplane/pipeline/pipeline.h\"\n");
  ExpectOne(CheckLayers(Files()), "dataplane/flow/flow.h:2: dataplane/flow includes dataplane/pipeline");
}

TEST_F(Layers, FindsAnArrowFromBaseUp) {
  Plant("base/clock.h", "#include \"rules/model/rule.h\"\n");
  ExpectOne(CheckLayers(Files()), "base includes rules/model");
}

TEST_F(Layers, FindsTheRuleSourceInTheDataPlane) {
  Plant("dataplane/pipeline/pipeline.cc", "#include \"rules/syntax/node.h\"\n");
  ExpectOne(CheckLayers(Files()), "the data plane includes rules/syntax");
}

TEST_F(Layers, FindsTestCodeInTheProduct) {
  Plant("dataplane/flow/flow.cc", "#include \"tests/support/packet_builder.h\"\n");
  ExpectOne(CheckLayers(Files()), "includes tests/support");
}

TEST_F(Layers, FindsAFolderThatStandsNowhere) {
  Plant("dataplane/attic/old.h", "");
  ExpectOne(CheckLayers(Files()), "dataplane/attic stands in no layer");
}

TEST_F(Layers, IgnoresIncludesInComments) {
  Plant("base/clock.h", "// #include \"dataplane/flow/flow.h\"\n/*\n#include \"dataplane/flow/flow.h\"\n*/\n");
  EXPECT_TRUE(CheckLayers(Files()).empty());
}

TEST_F(Circles, FindsACircleWithinALayer) {
  Plant("dataplane/action/a.h", "#include \"dataplane/event/b.h\"\n");
  Plant("dataplane/event/b.h", "#include \"dataplane/action/a.h\"\n");
  ExpectOne(CheckCircles(Files()), "circle: dataplane/action -> dataplane/event -> dataplane/action");
}

TEST_F(Circles, FindsACircleOverThreeFolders) {
  Plant("dataplane/flow/a.h", "#include \"dataplane/stream/b.h\"\n");
  Plant("dataplane/stream/b.h", "#include \"dataplane/protocol/c.h\"\n");
  Plant("dataplane/protocol/c.h", "#include \"dataplane/flow/d.h\"\n");
  EXPECT_EQ(CheckCircles(Files()).size(), 1u);
}

TEST_F(Circles, AcceptsTwoWaysToOneFolder) {
  Plant("dataplane/pipeline/a.h", "#include \"dataplane/flow/b.h\"\n#include \"dataplane/packet/c.h\"\n");
  Plant("dataplane/flow/b.h", "#include \"dataplane/packet/c.h\"\n");
  EXPECT_TRUE(CheckCircles(Files()).empty());
}

TEST_F(Confinement, FindsDpdkHeadersAndNamesElsewhere) {
  Plant("dataplane/pipeline/a.cc", "#include <rte_mbuf.h>\n");
  ExpectOne(CheckConfinement(Files()), "rte_mbuf.h belongs to DPDK");
  Plant("dataplane/pipeline/a.cc", "\nvoid F(rte_mbuf* m);\n");
  ExpectOne(CheckConfinement(Files()), "a.cc:2: rte_mbuf belongs to DPDK");
}

TEST_F(Confinement, LetsTheAdaptersSeeTheirLibraries) {
  Plant("dataplane/port/a.cc", "#include <rte_mbuf.h>\nrte_mbuf* m;\n");
  Plant("tests/unit/dataplane/port/a_test.cc", "#include <rte_mbuf.h>\n");
  Plant("dataplane/match/b.cc", "#include <hs/hs.h>\n");
  Plant("rules/syntax/c.cc", "#include <yaml-cpp/yaml.h>\n");
  EXPECT_TRUE(CheckConfinement(Files()).empty());
}

TEST_F(Confinement, FindsHyperscanAndYamlElsewhere) {
  Plant("dataplane/verdict/a.cc", "#include <hs_runtime.h>\n");
  ExpectOne(CheckConfinement(Files()), "hs_runtime.h belongs to Hyperscan");
  Plant("dataplane/verdict/a.cc", "#include <yaml-cpp/node/node.h>\n");
  ExpectOne(CheckConfinement(Files()), "belongs to yaml-cpp");
}

TEST_F(Confinement, IgnoresCommentsAndStrings) {
  Plant("base/a.cc", "// rte_mbuf\nconst char* t = \"rte_mbuf\"; const char* r = R\"x(rte_mbuf)x\";\n");
  EXPECT_TRUE(CheckConfinement(Files()).empty());
}

TEST_F(IncludePaths, FindsAnIncludeBesideTheFile) {
  Plant("base/a.h", "");
  Plant("base/b.h", "#include \"a.h\"\n");
  ExpectOne(CheckIncludePaths(root(), Files()), "base/b.h:1: a.h");
}

TEST_F(Names, FindsEmptyWordsInTypesAndFunctions) {
  Plant("base/a.h", "class FlowManager;\n");
  ExpectOne(CheckNames(Files()), "a.h:1: FlowManager has 'manager'");
  Plant("base/a.h", "void ParseHelper();\n");
  ExpectOne(CheckNames(Files()), "ParseHelper has 'helper'");
  Plant("base/a.h", "namespace sluice::util {}\n");
  ExpectOne(CheckNames(Files()), "has 'util'");
}

TEST_F(Names, FindsEmptyWordsInPaths) {
  Plant("base/string_utils.h", "");
  ExpectOne(CheckNames(Files()), "the path has 'utils'");
}

TEST_F(Names, AcceptsWordsThatMerelyContainOne) {
  Plant("base/commonality.h", "using T = std::common_type_t<int, long>; class Utilisation; // Manager\n");
  EXPECT_TRUE(CheckNames(Files()).empty());
}

TEST(StripComments, KnowsDigitSeparatorsAndEscapedQuotes) {
  EXPECT_EQ(StripComments("int a = 1'000; // x", false), "int a = 1'000;     ");
  EXPECT_EQ(StripComments("f(\"a\\\"//\"); g('\"'); h", false), "f(       ); g(   ); h");
}

}  // namespace
}  // namespace sluice::architecture
