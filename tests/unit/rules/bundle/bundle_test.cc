#include "rules/bundle/bundle.h"

#include <gtest/gtest.h>

#include "rules/bundle/bundle_writer.h"
#include "rules/bundle/digest.h"
#include "rules/bundle/format.h"
#include "tests/support/places.h"

namespace sluice::bundle {
namespace {

using model::ConditionNode;

const std::vector<uint8_t> kBlob = {1, 2, 3, 4, 5};

Contents SmallPolicy() {
  Contents contents;
  contents.platform = {3, 0x4, "5.4.0"};
  model::Detector detector;
  detector.id = "mark";
  detector.term_count = 2;
  contents.policy.detectors = {detector};
  model::Rule rule;
  rule.id = "cn.mark";
  rule.title = "标志";
  rule.severity = model::Severity::kHigh;
  rule.confidence = 90;
  rule.action = model::Action::kBlock;
  rule.scope.direction = model::Direction::kUpload;
  rule.scope.sources = {{{0, 1, 2}, 24}};
  rule.scope.applications = {"http", "smtp"};
  rule.scope.max_bytes = 1000;
  ConditionNode any, leaf;
  any.size = 2;
  leaf.kind = ConditionNode::Kind::kDetector;
  leaf.min_count = 3;
  rule.condition.nodes = {any, leaf};
  contents.policy.rules = {rule};
  contents.policy.fail.Set(model::FailCause::kOverload, model::FailMode::kClosed);
  Pattern pattern;
  pattern.term = 1;
  pattern.length = 9;
  pattern.encoding = model::Encoding::kGb18030;
  pattern.confirm_alignment = true;
  contents.patterns = {pattern};
  contents.databases = {{DatabaseMode::kStream, CostClass::kLiterals, 1, 42, {kBlob.data(), kBlob.size()}}};
  contents.sources = {{"pack.yaml", "rules: []"}, {"names.txt", "Bluebird\n", model::SourceKind::kList}};
  return contents;
}

ByteView View(const std::vector<uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

// A file whose digest agrees with what was done to it, so that the fields themselves are checked.
std::vector<uint8_t> Resealed(std::vector<uint8_t> bytes) {
  const Digest digest = DigestOf(View(bytes), bytes.size() - kHeaderBytes);
  std::copy(digest.begin(), digest.end(), bytes.begin() + kDigestOffset);
  return bytes;
}

TEST(Bundle, ReadsBackWhatWasWritten) {
  const Result<std::shared_ptr<const Bundle>> bundle = Parse(View(WriteBundle(SmallPolicy())));
  ASSERT_TRUE(bundle.ok()) << bundle.error().message();
  const Bundle& b = **bundle;
  ASSERT_EQ(b.rules().size(), 1u);
  EXPECT_EQ(b.rules()[0].id, "cn.mark");
  EXPECT_EQ(b.rules()[0].title, "标志");
  EXPECT_EQ(b.rules()[0].action, model::Action::kBlock);
  EXPECT_EQ(b.rules()[0].scope.direction, model::Direction::kUpload);
  EXPECT_EQ(b.rules()[0].scope.sources[0].prefix_bits, 24);
  EXPECT_EQ(b.rules()[0].scope.applications[1], "smtp");
  EXPECT_EQ(b.rules()[0].scope.max_bytes, 1000u);
  EXPECT_EQ(b.rules()[0].condition.nodes[1].min_count, 3u);
  EXPECT_EQ(b.detectors()[0].id, "mark");
  EXPECT_EQ(b.patterns()[0].encoding, model::Encoding::kGb18030);
  EXPECT_TRUE(b.patterns()[0].confirm_alignment);
  EXPECT_EQ(std::vector<uint8_t>(b.databases()[0].blob.begin(), b.databases()[0].blob.end()), kBlob);
  EXPECT_EQ(b.databases()[0].stream_state_bytes, 42u);
  EXPECT_EQ(b.sources()[0].text, "rules: []");
  EXPECT_EQ(b.sources()[0].kind, model::SourceKind::kPack);
  EXPECT_EQ(b.sources()[1].name, "names.txt");
  EXPECT_EQ(b.sources()[1].kind, model::SourceKind::kList);
  EXPECT_EQ(b.fail_modes()[model::FailCause::kOverload], model::FailMode::kClosed);
  EXPECT_EQ(b.platform().hyperscan_version, "5.4.0");
  EXPECT_EQ(b.digest().size(), 64u);
}

TEST(Bundle, NamesTheRulesThatADetectorConcerns) {
  const auto bundle = Parse(View(WriteBundle(SmallPolicy())));
  ASSERT_TRUE(bundle.ok());
  ASSERT_EQ((*bundle)->RulesOf(0).size(), 1u);
  EXPECT_EQ((*bundle)->RulesOf(0)[0], 0u);
}

TEST(Bundle, IsTheSameToTheByteEachTime) { EXPECT_EQ(WriteBundle(SmallPolicy()), WriteBundle(SmallPolicy())); }

TEST(Bundle, RefusesEveryFlippedBit) {
  const std::vector<uint8_t> good = WriteBundle(SmallPolicy());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::vector<uint8_t> bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_FALSE(Parse(View(bad)).ok()) << "bit " << bit;
  }
}

TEST(Bundle, RefusesEveryTruncation) {
  const std::vector<uint8_t> good = WriteBundle(SmallPolicy());
  for (size_t size = 0; size < good.size(); ++size) ASSERT_FALSE(Parse(View(good).First(size)).ok()) << size;
}

TEST(Bundle, RefusesBytesAfterTheEnd) {
  std::vector<uint8_t> longer = WriteBundle(SmallPolicy());
  longer.push_back(0);
  EXPECT_FALSE(Parse(View(longer)).ok());
}

TEST(Bundle, SaysWhichVersionItExpected) {
  std::vector<uint8_t> other = WriteBundle(SmallPolicy());
  other[kVersionOffset] = kFormatVersion + 7;
  const auto bundle = Parse(View(other));
  ASSERT_FALSE(bundle.ok());
  EXPECT_EQ(bundle.error().code(), ErrorCode::kVersionMismatch);
  EXPECT_NE(bundle.error().message().find("sluicec compile"), std::string::npos);
}

TEST(Bundle, ChecksEveryFieldEvenWhenTheDigestAgrees) {
  // Any single byte changed and sealed again must be refused or read as some valid policy: never crash, never read out of bounds.
  const std::vector<uint8_t> good = WriteBundle(SmallPolicy());
  size_t refused = 0;
  for (size_t i = kHeaderBytes; i < good.size(); ++i) {
    std::vector<uint8_t> changed = good;
    changed[i] = 0xff;
    if (!Parse(View(Resealed(changed))).ok()) ++refused;
  }
  EXPECT_GT(refused, 60u);
}

TEST(Bundle, RefusesAPatternOfADetectorThatIsNotThere) {
  Contents contents = SmallPolicy();
  contents.patterns[0].detector = 1;
  EXPECT_FALSE(Parse(View(WriteBundle(contents))).ok());
}

TEST(Bundle, RefusesAConditionThatDoesNotHoldTogether) {
  Contents contents = SmallPolicy();
  contents.policy.rules[0].condition.nodes[1].size = 9;
  EXPECT_FALSE(Parse(View(WriteBundle(contents))).ok());
}

TEST(Bundle, RefusesAProcessorThatLacksAFeature) {
  const Status status = CheckRunsOn({0, 0x8, "5.4.0"}, {0, 0x4, "5.4.0"});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("sluicec rebuild"), std::string::npos);
}

TEST(Bundle, SaysForWhichProcessorItWasBuilt) {
  EXPECT_EQ(Describe({0, 0, "5.4.0"}), "Hyperscan 5.4.0, x86-64");
  EXPECT_EQ(Describe({9, 0xc, "5.4.0"}), "Hyperscan 5.4.0, x86-64 with AVX2, AVX-512, tuned for Ice Lake");
  const Status status = CheckRunsOn({0, 0xc, "5.4.0"}, {0, 0x4, "5.4.0"});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("this one lacks AVX-512"), std::string::npos) << status.error().message();
}

TEST(Bundle, RefusesAnotherVersionOfHyperscan) {
  const Status status = CheckRunsOn({0, 0x4, "5.4.2"}, {0, 0x4, "5.4.0"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kVersionMismatch);
}

TEST(Bundle, RunsOnAProcessorThatHasMore) { EXPECT_TRUE(CheckRunsOn({0, 0x4, "5.4.0"}, {0, 0xc, "5.4.0"}).ok()); }

TEST(Bundle, ReadsTheSeedsOfItsFuzzTarget) {
  // Seeds of an older format end at its version and try nothing behind it.
  for (const char* seed : {"one_literal.slb", "signed.slb", "anchored_and_numbers.slb"}) {
    const auto bundle = Open(places::SourceFolder() + "/tests/fuzz/corpus/rules_bundle/" + seed);
    EXPECT_TRUE(bundle.ok()) << seed << ": " << (bundle.ok() ? "" : bundle.error().message());
  }
}

TEST(Bundle, SaysWhenTheFileIsNotThere) {
  const auto bundle = Load("/nowhere/policy.slb");
  ASSERT_FALSE(bundle.ok());
  EXPECT_NE(bundle.error().message().find("/nowhere/policy.slb"), std::string::npos);
}

}  // namespace
}  // namespace sluice::bundle
