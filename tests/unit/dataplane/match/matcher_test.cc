#include "dataplane/match/matcher.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/dataplane/match/policy_builder.h"

namespace sluice::match {
namespace {

using test::PolicyBuilder;

struct Patterns {
  uint32_t mark, secret, begin, end, number;
};

std::shared_ptr<const bundle::Bundle> MakePolicy(Patterns* patterns = nullptr) {
  PolicyBuilder builder;
  const auto detector = builder.AddDetector("test.any");
  Patterns p{};
  p.mark = builder.AddLiteral(detector, "机密★10年");
  p.secret = builder.AddLiteral(detector, "SECRET");
  p.begin = builder.AddExpression(detector, "^HEAD");
  p.end = builder.AddExpression(detector, "TAIL$");
  p.number = builder.AddExpression(detector, "[0-9]{4}-[0-9]{2}");
  if (patterns != nullptr) *patterns = p;
  return builder.Build();
}

std::unique_ptr<Matcher> MakeMatcher(uint32_t streams = 8) {
  auto matcher = Matcher::Create(MakePolicy(), {.max_streams = streams});
  EXPECT_TRUE(matcher.ok()) << matcher.error().message();
  return std::move(*matcher);
}

// Everything that is reported when `text` is cut at `cuts` (ascending).
std::vector<Hit> HitsOf(Matcher& matcher, std::string_view text, const std::vector<size_t>& cuts) {
  std::vector<Hit> all;
  HitList hits;
  MatchStream* stream = matcher.Open();
  size_t at = 0;
  const auto scan_to = [&](size_t end) {
    EXPECT_EQ(matcher.Scan(*stream, ByteView(text.substr(at, end - at)), hits), ScanStatus::kOk);
    all.insert(all.end(), hits.hits().begin(), hits.hits().end());
    at = end;
  };
  for (const size_t cut : cuts) scan_to(cut);
  scan_to(text.size());
  EXPECT_EQ(matcher.Close(stream, hits), ScanStatus::kOk);
  all.insert(all.end(), hits.hits().begin(), hits.hits().end());
  return all;
}

TEST(Matcher, FindsAMarkAcrossEveryCut) {
  Patterns p{};
  MakePolicy(&p);
  const auto matcher = MakeMatcher();
  const std::string text = "xx 机密★10年 yy";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const std::vector<Hit> hits = HitsOf(*matcher, text, {cut});
    ASSERT_EQ(hits.size(), 1u) << "cut at " << cut;
    EXPECT_EQ(hits[0], (Hit{p.mark, 3 + std::string_view("机密★10年").size()}));
  }
}

TEST(Matcher, GivesTheSameHitsForAnySegmentation) {
  const auto matcher = MakeMatcher();
  const std::string text = "HEAD 2024-01 SECRET机密★10年 SECRETSECRET 1999-122-00 机密★10年 TAIL";
  const std::vector<Hit> whole = HitsOf(*matcher, text, {});
  ASSERT_GE(whole.size(), 8u);
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<size_t> cuts;
    for (size_t at = 0; at < text.size(); at += std::uniform_int_distribution<size_t>(0, 9)(random)) cuts.push_back(at);
    ASSERT_EQ(HitsOf(*matcher, text, cuts), whole);
  }
}

TEST(Matcher, ScansAWholeObjectAsItScansAStream) {
  const auto matcher = MakeMatcher();
  const std::string text = "HEAD 2024-01 SECRET机密★10年 TAIL";
  HitList hits;
  ASSERT_EQ(matcher->ScanWhole(ByteView(text), hits), ScanStatus::kOk);
  EXPECT_EQ(std::vector<Hit>(hits.hits().begin(), hits.hits().end()), HitsOf(*matcher, text, {5, 9}));
}

TEST(Matcher, ForgetsOneWholeObjectBeforeTheNext) {
  const auto matcher = MakeMatcher();
  HitList hits;
  ASSERT_EQ(matcher->ScanWhole(ByteView(std::string_view("SEC")), hits), ScanStatus::kOk);
  ASSERT_EQ(matcher->ScanWhole(ByteView(std::string_view("RET")), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
}

TEST(Matcher, OrdersHitsOfAllDatabasesByEndAndPattern) {
  PolicyBuilder builder;
  const auto detector = builder.AddDetector("d");
  builder.AddExpression(detector, "[a-z]BC");
  builder.AddLiteral(detector, "aBC");
  builder.AddLiteral(detector, "BC");
  auto matcher = Matcher::Create(builder.Build(), {});
  ASSERT_TRUE(matcher.ok());
  HitList hits;
  ASSERT_EQ((*matcher)->ScanWhole(ByteView(std::string_view("aBC..aBC")), hits), ScanStatus::kOk);
  const std::vector<Hit> expected = {{0, 3}, {1, 3}, {2, 3}, {0, 8}, {1, 8}, {2, 8}};
  EXPECT_EQ(std::vector<Hit>(hits.hits().begin(), hits.hits().end()), expected);
}

TEST(Matcher, TakesAnEmptyRun) {
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("SEC")), hits), ScanStatus::kOk);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("RET")), hits), ScanStatus::kOk);
  EXPECT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(matcher->Close(stream, hits), ScanStatus::kOk);
}

TEST(Matcher, ReportsPatternsAnchoredAtTheEndOnClose) {
  Patterns p{};
  MakePolicy(&p);
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("a TAIL")), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
  ASSERT_EQ(matcher->Close(stream, hits), ScanStatus::kOk);
  ASSERT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(hits.hits()[0], (Hit{p.end, 6}));
}

TEST(Matcher, MatchesNothingAcrossAGap) {
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("SEC")), hits), ScanStatus::kOk);
  matcher->Skip(*stream, 100);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("RET")), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
  matcher->Abandon(stream);
}

TEST(Matcher, CountsOffsetsOverAGap) {
  Patterns p{};
  MakePolicy(&p);
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("0123456789")), hits), ScanStatus::kOk);
  matcher->Skip(*stream, 1u << 20);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("..SECRET")), hits), ScanStatus::kOk);
  ASSERT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(hits.hits()[0], (Hit{p.secret, (1u << 20) + 18}));
  matcher->Abandon(stream);
}

TEST(Matcher, TakesNoGapForTheBeginning) {
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  matcher->Skip(*stream, 1);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("HEAD")), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
  EXPECT_EQ(matcher->counters().value(MatchCounter::kGaps), 1u);
  matcher->Abandon(stream);
}

TEST(Matcher, KeepsInterleavedObjectsApart) {
  const auto matcher = MakeMatcher(2);
  MatchStream* a = matcher->Open();
  MatchStream* b = matcher->Open();
  HitList hits;
  ASSERT_EQ(matcher->Scan(*a, ByteView(std::string_view("SEC")), hits), ScanStatus::kOk);
  ASSERT_EQ(matcher->Scan(*b, ByteView(std::string_view("RET")), hits), ScanStatus::kOk);
  EXPECT_TRUE(hits.hits().empty());
  ASSERT_EQ(matcher->Scan(*a, ByteView(std::string_view("RET")), hits), ScanStatus::kOk);
  EXPECT_EQ(hits.hits().size(), 1u);
  matcher->Abandon(a);
  matcher->Abandon(b);
}

TEST(Matcher, CountsWhenThePoolIsEmptyAndRecovers) {
  const auto matcher = MakeMatcher(3);
  std::vector<MatchStream*> open;
  for (int i = 0; i < 3; ++i) open.push_back(matcher->Open());
  EXPECT_EQ(matcher->open_streams(), 3u);
  EXPECT_EQ(matcher->Open(), nullptr);
  EXPECT_EQ(matcher->counters().value(MatchCounter::kPoolEmpty), 1u);
  HitList hits;
  EXPECT_EQ(matcher->Close(open[1], hits), ScanStatus::kOk);
  EXPECT_NE(matcher->Open(), nullptr);
  // A whole object needs none of them.
  EXPECT_EQ(matcher->ScanWhole(ByteView(std::string_view("SECRET")), hits), ScanStatus::kOk);
  EXPECT_EQ(hits.hits().size(), 1u);
}

TEST(Matcher, BeginsAnewInAStreamThatWasUsedBefore) {
  const auto matcher = MakeMatcher(1);
  HitList hits;
  for (int round = 0; round < 3; ++round) {
    MatchStream* stream = matcher->Open();
    ASSERT_NE(stream, nullptr);
    ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("RET HEAD 机")), hits), ScanStatus::kOk);
    EXPECT_TRUE(hits.hits().empty()) << "round " << round;
    ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view(" SEC")), hits), ScanStatus::kOk);
    if (round % 2 == 0) {
      matcher->Abandon(stream);
    } else {
      ASSERT_EQ(matcher->Close(stream, hits), ScanStatus::kOk);
    }
  }
}

TEST(Matcher, CountsHitsBeyondItsList) {
  PolicyBuilder builder;
  builder.AddExpression(builder.AddDetector("d"), "x");
  auto matcher = Matcher::Create(builder.Build(), {});
  ASSERT_TRUE(matcher.ok());
  HitList hits;
  ASSERT_EQ((*matcher)->ScanWhole(ByteView(std::string(HitList::kCapacity + 7, 'x')), hits), ScanStatus::kOk);
  EXPECT_EQ(hits.hits().size(), HitList::kCapacity);
  EXPECT_EQ(hits.overflow(), 7u);
  EXPECT_EQ((*matcher)->counters().value(MatchCounter::kHitsOverLimit), 7u);
}

TEST(Matcher, ShowsWhatStandsBeforeAHitForEveryCut) {
  const auto matcher = MakeMatcher();
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>('a' + i % 26);
  text += "SECRET";
  const std::string expected = text.substr(text.size() - Matcher::kHistory);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    MatchStream* stream = matcher->Open();
    HitList hits;
    std::array<uint8_t, Matcher::kHistory> buffer;
    std::string seen;
    const size_t third = cut / 3;
    for (const auto& [from, to] : {std::pair{size_t{0}, third}, {third, cut}, {cut, text.size()}}) {
      const std::string piece = text.substr(from, to - from);
      ASSERT_EQ(matcher->Scan(*stream, ByteView(piece), hits), ScanStatus::kOk);
      if (!hits.hits().empty()) seen = matcher->Before(hits.hits()[0].end, buffer).AsText();
    }
    EXPECT_EQ(seen, expected) << "cut at " << cut;
    matcher->Abandon(stream);
  }
}

TEST(Matcher, ShowsNothingFromBeforeAGap) {
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  std::array<uint8_t, Matcher::kHistory> buffer;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("before the gap")), hits), ScanStatus::kOk);
  matcher->Skip(*stream, 5);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("a ")), hits), ScanStatus::kOk);
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("SECRET")), hits), ScanStatus::kOk);
  ASSERT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(matcher->Before(hits.hits()[0].end, buffer).AsText(), "a SECRET");
  EXPECT_EQ(matcher->text_begin(), 19u);
  matcher->Abandon(stream);
}

TEST(Matcher, ShowsWhatStandsBeforeAHitThatCloseReports) {
  const auto matcher = MakeMatcher();
  MatchStream* stream = matcher->Open();
  HitList hits;
  std::array<uint8_t, Matcher::kHistory> buffer;
  ASSERT_EQ(matcher->Scan(*stream, ByteView(std::string_view("dog and TAIL")), hits), ScanStatus::kOk);
  ASSERT_EQ(matcher->Close(stream, hits), ScanStatus::kOk);
  ASSERT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(matcher->Before(hits.hits()[0].end, buffer).AsText(), "dog and TAIL");
}

TEST(Matcher, SharesItsPolicyWithAnother) {
  const auto policy = MakePolicy();
  auto a = Matcher::Create(policy, {.max_streams = 1});
  auto b = Matcher::Create(policy, {.max_streams = 1});
  ASSERT_TRUE(a.ok() && b.ok());
  a->reset();
  HitList hits;
  ASSERT_EQ((*b)->ScanWhole(ByteView(std::string_view("SECRET")), hits), ScanStatus::kOk);
  EXPECT_EQ(hits.hits().size(), 1u);
  EXPECT_EQ(&(*b)->policy(), policy.get());
}

TEST(Matcher, WorksForAPolicyWithoutPatterns) {
  auto matcher = Matcher::Create(PolicyBuilder().Build(), {.max_streams = 1});
  ASSERT_TRUE(matcher.ok()) << matcher.error().message();
  HitList hits;
  MatchStream* stream = (*matcher)->Open();
  EXPECT_EQ((*matcher)->Scan(*stream, ByteView(std::string_view("anything")), hits), ScanStatus::kOk);
  EXPECT_EQ((*matcher)->Close(stream, hits), ScanStatus::kOk);
}

}  // namespace
}  // namespace sluice::match
