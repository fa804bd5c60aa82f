// The packs that ship: each compiles, all compile together within the state budget, every text form of the inputs is found
// and no benign text alarms.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "rules/compile/compiler.h"
#include "rules/compile/memory_scanner.h"
#include "tests/support/places.h"

namespace sluice::compile {
namespace {

namespace fs = std::filesystem;

class Packs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    CompileResult compiled = Compile({places::SourceFolder() + "/rules/packs"}, Goal::kCompile);
    for (const syntax::Diagnostic& d : compiled.diagnostics.all()) {
      if (d.level != syntax::Level::kNote) problems_ += Render(d, compiled.sources);
    }
    auto bundle = bundle::Parse({compiled.bundle.data(), compiled.bundle.size()});
    if (bundle) bundle_ = *bundle;
  }
  void SetUp() override { ASSERT_TRUE(bundle_) << problems_; }

  static std::set<std::string> RulesFiringOn(std::string_view text) {
    auto scanner = MemoryScanner::Open(*bundle_);
    const auto found = scanner->Scan(ByteView(text));
    std::vector<evaluate::Hit> hits;
    for (const FoundHit& f : *found) hits.push_back(f.hit);
    std::set<std::string> rules;
    for (const model::Rule& rule : bundle_->rules()) {
      if (evaluate::Evaluate(rule.condition, hits, true) == evaluate::Truth::kTrue) rules.insert(rule.id);
    }
    return rules;
  }

  static std::string Input(const std::string& name) {
    std::ifstream in(fs::path(places::InputsFolder()) / "marked" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static inline std::shared_ptr<const bundle::Bundle> bundle_;
  static inline std::string problems_;
};

TEST_F(Packs, CompileTogetherWithoutAWarning) { EXPECT_EQ(problems_, ""); }

TEST_F(Packs, GroupTheirRulesByTheKnownFamilies) {
  const std::set<std::string> families = {"cn", "tw", "us", "nato", "uk", "eu", "fr", "ru", "jp", "kr", "au", "tlp", "mip", "cred", "pii", "pay", "export"};
  std::set<std::string> seen;
  for (const model::Rule& rule : bundle_->rules()) {
    const std::string family = rule.id.substr(0, rule.id.find('.'));
    EXPECT_EQ(families.count(family), 1u) << rule.id;
    seen.insert(family);
  }
  EXPECT_EQ(seen, families);
}

TEST_F(Packs, DoNotFireOnWordsThatContainAMarking) {
  EXPECT_EQ(RulesFiringOn("计算机密码 随机密钥 飞机密封 神秘密码 拒绝密码登录 境内部分 商业秘密 机密资料"), std::set<std::string>{});
  EXPECT_EQ(RulesFiringOn("The secretary keeps no secrets; top secret recipe; confidential // see below"), std::set<std::string>{});
  EXPECT_EQ(RulesFiringOn("Говорят, он секретно уехал. 極秘結婚 대외비"), std::set<std::string>{});
}

TEST_F(Packs, FindEveryTextFormOfTheMarkedInputs) {
  if (!fs::is_directory(fs::path(places::InputsFolder()) / "marked")) GTEST_SKIP() << "no marked documents at " << places::InputsFolder();
  for (const char* name : {"m10_utf8.txt", "m11_utf8bom.txt", "m12_gb18030.txt", "m13_utf16le_bom.txt", "m14_utf16be_nobom.txt", "m17_gb2312.html",
                           "m18_entities.html", "m19_escaped.json", "m21_short_memo_gb18030.txt"}) {
    EXPECT_EQ(RulesFiringOn(Input(name)).count("cn.state-secret.mark"), 1u) << name;
  }
  EXPECT_EQ(RulesFiringOn(Input("m15_big5.txt")).count("cn.state-secret.variant"), 1u);
  EXPECT_EQ(RulesFiringOn(Input("m16_hz.txt")).count("cn.state-secret.variant"), 1u);
  EXPECT_EQ(RulesFiringOn(Input("m20_en_marking.txt")).count("us.banner"), 1u);
}

TEST_F(Packs, TakeTheExaminationStampForWhatItIs) {
  EXPECT_EQ(RulesFiringOn("绝密★启用前\n普通高中学业水平考试"), std::set<std::string>{"cn.examination-stamp"});
}

TEST_F(Packs, DoNotFireOnTheBenignInputs) {
  if (!fs::is_directory(fs::path(places::InputsFolder()) / "marked")) GTEST_SKIP() << "no marked documents at " << places::InputsFolder();
  for (const char* name : {"n01_benign_keywords.txt", "n02_benign_gb18030.txt", "n13_lo_benign.rtf"}) {
    EXPECT_EQ(RulesFiringOn(Input(name)), std::set<std::string>{}) << name;
  }
}

}  // namespace
}  // namespace sluice::compile
