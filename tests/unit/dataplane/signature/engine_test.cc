// What the engine tells of registered documents: which, how much, where; and that pools and lists that are full are counted.
#include "dataplane/signature/engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/dataplane/signature/policy.h"

namespace sluice::signature {
namespace {

using test::BinaryData;
using test::ChineseText;
using test::EnglishText;
using test::HeldSet;
using test::PolicyWith;
using test::SetOf;
using test::SignatureYaml;

struct Bench {
  explicit Bench(const HeldSet& held, const std::string& filter = "", size_t objects = 16)
      : set(held), policy(PolicyWith(SignatureYaml(filter), {held})), engine(std::move(Engine::Create(*policy, objects, &counters)).value()) {}

  // What was told of a content that came in runs of `run` bytes.
  std::vector<Sighting> Look(const std::string& content, size_t run = 1400, bool complete = true) {
    Trace* trace = engine->Open();
    for (size_t at = 0; at < content.size(); at += run) engine->Feed(*trace, ByteView(content).Sub(at, run), at);
    if (complete) engine->End(*trace);
    std::vector<Sighting> all;
    if (const Sighting* last = Engine::SightingOf(*trace, 0, 1)) all.push_back(*last);
    engine->Give(trace);
    findings.Clear();
    engine->TakeFindings(findings);
    return all;
  }

  HeldSet set;
  CounterSet<SignatureCounter> counters;
  std::shared_ptr<const bundle::Bundle> policy;
  std::unique_ptr<Engine> engine;
  match::FindingList findings;
};

const HeldSet& Designs() {
  static const HeldSet held = SetOf("designs", {{"plan", EnglishText(50'000, 1)}, {"计划", ChineseText(20'000, 2)}, {"mesh", BinaryData(3'000'000, 3)}, {"note", EnglishText(300, 4)}});
  return held;
}

TEST(Engine, IsNoneWhereNoDetectorAsks) {
  const auto policy = PolicyWith("pack: {id: t, title: T}\nrules:\n  - {id: a.b, title: t, detect: {literals: [abcdef]}}\n", {Designs()});
  CounterSet<SignatureCounter> counters;
  const auto engine = Engine::Create(*policy, 16, &counters);
  ASSERT_TRUE(engine.ok());
  EXPECT_EQ(*engine, nullptr);
}

TEST(Engine, NamesTheDocumentOfAParagraph) {
  Bench bench(Designs());
  const std::string plan = EnglishText(50'000, 1);
  const auto seen = bench.Look("Hello, please find below what we discussed: " + plan.substr(20'000, 700) + " kind regards");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].document, 0u);
  EXPECT_FALSE(seen[0].whole);
  EXPECT_GE(seen[0].begin, 44u);
  EXPECT_LE(seen[0].begin + seen[0].length, 744u);
  ASSERT_EQ(bench.findings.findings().size(), 1u);
  EXPECT_EQ(bench.findings.findings()[0].detector, 0u);
}

TEST(Engine, NamesTheDocumentOfAChineseParagraph) {
  Bench bench(Designs());
  const auto seen = bench.Look(ChineseText(20'000, 2).substr(30'000, 900));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].document, 1u);
}

TEST(Engine, NamesTheFileOfASlice) {
  Bench bench(Designs());
  const auto seen = bench.Look(BinaryData(3'000'000, 3).substr(777'777, 65'536));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].document, 2u);
}

TEST(Engine, KnowsAWholeDocumentHoweverShort) {
  Bench bench(Designs(), ", whole: true");
  const auto seen = bench.Look(EnglishText(300, 4), 7);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].whole);
  EXPECT_EQ(seen[0].percent, 100);
  EXPECT_EQ(seen[0].document, 3u);
  EXPECT_EQ(bench.Look(BinaryData(3'000'000, 3)).size(), 1u);
  EXPECT_TRUE(bench.Look(EnglishText(300, 4) + ".").empty());
  EXPECT_TRUE(bench.Look(EnglishText(300, 4), 100, false).empty());
}

TEST(Engine, SaysNothingOfOtherContent) {
  Bench bench(Designs());
  for (unsigned seed = 100; seed < 130; ++seed) {
    EXPECT_TRUE(bench.Look(EnglishText(100'000, seed)).empty());
    EXPECT_TRUE(bench.Look(BinaryData(300'000, seed)).empty());
  }
  EXPECT_GT(bench.counters.value(SignatureCounter::kLookups), 10'000u);
}

TEST(Engine, WaitsForAsMuchAsWasAsked) {
  const std::string plan = EnglishText(50'000, 1);
  Bench percent(Designs(), ", percent: 20");
  EXPECT_TRUE(percent.Look(plan.substr(0, 7'000)).empty());
  const auto seen = percent.Look(plan.substr(0, 13'000));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].percent, 20);
  Bench bytes(Designs(), ", bytes: 4000");
  EXPECT_TRUE(bytes.Look(plan.substr(9'000, 2'000)).empty());
  EXPECT_EQ(bytes.Look(plan.substr(9'000, 6'500)).size(), 1u);
  Bench run(Designs(), ", run: 3000");
  EXPECT_TRUE(run.Look(plan.substr(9'000, 2'000) + EnglishText(5'000, 77) + plan.substr(30'000, 2'000)).empty());
  EXPECT_EQ(run.Look(plan.substr(9'000, 5'000)).size(), 1u);
}

TEST(Engine, CountsARepeatedParagraphOnce) {
  Bench bench(Designs(), ", percent: 5");
  std::string repeated;
  for (int i = 0; i < 40; ++i) repeated += EnglishText(50'000, 1).substr(1'000, 700) + "\n";
  EXPECT_TRUE(bench.Look(repeated).empty());
}

TEST(Engine, FindsTheSameForAnyCut) {
  const std::string content = EnglishText(3000, 50) + EnglishText(50'000, 1).substr(11'111, 2'500) + BinaryData(3'000'000, 3).substr(500'000, 100'000);
  std::vector<std::pair<uint64_t, uint32_t>> expected;
  for (const size_t run : {size_t{1'000'000}, size_t{1}, size_t{7}, size_t{1460}, size_t{4096}}) {
    Bench bench(Designs());
    bench.Look(content, run);
    std::vector<std::pair<uint64_t, uint32_t>> found;
    for (const match::Finding& f : bench.findings.findings()) found.emplace_back(f.end, f.term);
    if (expected.empty()) expected = found;
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found, expected) << run;
  }
}

TEST(Engine, GoesOnBehindLostBytes) {
  Bench bench(Designs());
  const std::string plan = EnglishText(50'000, 1);
  Trace* trace = bench.engine->Open();
  bench.engine->Feed(*trace, ByteView(plan).First(10), 0);
  bench.engine->Skip(*trace, 5'000);
  bench.engine->Feed(*trace, ByteView(plan).Sub(5'000, 1'500), 5'000);
  EXPECT_TRUE(bench.engine->has_findings());
  bench.engine->End(*trace);
  ASSERT_NE(Engine::SightingOf(*trace, 0, 1), nullptr);
  EXPECT_FALSE(Engine::SightingOf(*trace, 0, 1)->whole);
  bench.engine->Give(trace);
}

TEST(Engine, CountsAnObjectThatFoundNoRoom) {
  Bench bench(Designs(), "", 1);
  Trace* first = bench.engine->Open();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(bench.engine->Open(), nullptr);
  EXPECT_EQ(bench.counters.value(SignatureCounter::kTracesFull), 1u);
  bench.engine->Give(first);
}

TEST(Engine, CountsDocumentsThatItCannotFollow) {
  std::vector<test::NamedContent> documents;
  std::string all;
  for (unsigned i = 0; i < 20; ++i) {
    documents.push_back({"d" + std::to_string(i), EnglishText(3'000, 200 + i)});
    all += documents.back().content.substr(500, 1'000) + "\n";
  }
  Bench bench(SetOf("designs", documents));
  bench.Look(all, all.size());
  EXPECT_EQ(bench.findings.findings().size(), Trace::kEvidence);
  EXPECT_GT(bench.counters.value(SignatureCounter::kDocumentsOverLimit), 0u);
}

TEST(Engine, TellsOfDocumentsThatHaveLeftOnlyWhenTheBoardSaysSo) {
  Bench bench(Designs(), ", left: 20 %");
  const std::string piece = EnglishText(50'000, 1).substr(8'000, 400);
  EXPECT_TRUE(bench.Look(piece).empty());
  EXPECT_GT(bench.engine->departures().size(), 3u);
  for (const Departure& departure : bench.engine->departures()) EXPECT_EQ(departure.document, 0u);
  bench.engine->ForgetDepartures();
  bench.policy->signatures()->uses()[0].board->Set(0, true);
  EXPECT_EQ(bench.Look(piece).size(), 1u);
}

TEST(SignatureSets, AreFoundByNameOrMissed) {
  model::Detector detector;
  detector.id = "x";
  detector.signature.set = "absent";
  const auto missing = bundle::SignatureSets::Choose({detector}, {Designs().set});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message().find("'absent'"), std::string::npos);
  EXPECT_NE(missing.error().message().find("designs"), std::string::npos);
  detector.signature.set = "designs";
  EXPECT_TRUE(bundle::SignatureSets::Choose({detector}, {Designs().set}).ok());
  EXPECT_FALSE(bundle::SignatureSets::Choose({detector}, {Designs().set, Designs().set}).ok());
}

}  // namespace
}  // namespace sluice::signature
