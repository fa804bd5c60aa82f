#include "dataplane/match/confirm.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/dataplane/match/policy_builder.h"

namespace sluice::match {
namespace {

using model::Encoding;
using test::PolicyBuilder;

constexpr std::string_view kSecretGbk = "\xc3\xd8\xc3\xdc";           // 秘密
constexpr std::string_view kTrapGbk = "\xbe\xc3\xd8\xc3\xdc\xb2";     // 久孛埭: the same four bytes, astride
constexpr std::string_view kSecretBig5 = "\xaf\xb5\xb1\x4b";

class ConfirmerTest : public testing::Test {
 protected:
  void SetUp() override {
    PolicyBuilder builder;
    const auto detector = builder.AddDetector("cn.secret");
    builder.AddLiteral(detector, kSecretGbk, Encoding::kGb18030);
    builder.AddLiteral(detector, kSecretBig5, Encoding::kBig5);
    builder.AddLiteral(detector, "秘密★10年", Encoding::kUtf8);
    builder.AddExpression(detector, "[0-9]{4}-[0-9]{2}");
    builder.AddExpression(builder.AddDetector("pay.card", model::ValidatorKind::kLuhn), "[0-9]{16}");
    policy_ = builder.Build();
    matcher_ = Matcher::Create(policy_, {.max_streams = 4}).value();
    confirmer_ = Confirmer::Create(policy_).value();
  }

  // Findings of `text` when it is cut at `cuts`.
  std::vector<Finding> FindingsOf(std::string_view text, const std::vector<size_t>& cuts = {}) {
    std::vector<Finding> all;
    MatchStream* stream = matcher_->Open();
    size_t at = 0;
    const auto scan_to = [&](size_t end) {
      const std::string piece(text.substr(at, end - at));  // exact, so that a read past it is seen
      EXPECT_EQ(matcher_->Scan(*stream, ByteView(piece), hits_), ScanStatus::kOk);
      confirmer_->Confirm(*matcher_, hits_, findings_);
      all.insert(all.end(), findings_.findings().begin(), findings_.findings().end());
      at = end;
    };
    for (const size_t cut : cuts) scan_to(cut);
    scan_to(text.size());
    EXPECT_EQ(matcher_->Close(stream, hits_), ScanStatus::kOk);
    confirmer_->Confirm(*matcher_, hits_, findings_);
    all.insert(all.end(), findings_.findings().begin(), findings_.findings().end());
    return all;
  }

  std::shared_ptr<const bundle::Bundle> policy_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Confirmer> confirmer_;
  HitList hits_;
  FindingList findings_;
};

bool Same(const std::vector<Finding>& a, const std::vector<Finding>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Finding& x, const Finding& y) {
    return x.pattern == y.pattern && x.offset == y.offset && x.end == y.end && x.length == y.length && x.value == y.value &&
           x.aligned == y.aligned && x.shown == y.shown;
  });
}

TEST_F(ConfirmerTest, SaysWhereALiteralStoodAndWhatMayBeShown) {
  const std::vector<Finding> findings = FindingsOf("see 秘密★10年.");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].offset, 4u);
  EXPECT_EQ(findings[0].length, std::string_view("秘密★10年").size());
  EXPECT_EQ(findings[0].end, findings[0].offset + findings[0].length);
  EXPECT_EQ(findings[0].shown, U'秘');
  EXPECT_TRUE(findings[0].aligned);
}

TEST_F(ConfirmerTest, AcceptsAlignedTextInADoubleByteSet) {
  const std::vector<Finding> findings = FindingsOf("\xb5\xda" + std::string(kSecretGbk) + "\xb1\xe0");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].offset, 2u);
  EXPECT_EQ(findings[0].shown, U'秘');
  EXPECT_EQ(findings[0].encoding, Encoding::kGb18030);
}

TEST_F(ConfirmerTest, RefusesBytesThatLieAstrideTwoCharacters) {
  EXPECT_TRUE(FindingsOf(kTrapGbk).empty());
  EXPECT_TRUE(FindingsOf("abc " + std::string(kTrapGbk) + "\xb5").empty());
  EXPECT_EQ(confirmer_->counters().value(ConfirmCounter::kRefused), 2u);
}

TEST_F(ConfirmerTest, TellsAlignmentAcrossEveryCut) {
  const std::string trap = "abc\xb5\xda" + std::string(kTrapGbk) + "\xb5";
  const std::string real = "abc\xb5\xda" + std::string(kSecretGbk) + "\xb5\xda";
  for (size_t cut = 0; cut <= trap.size(); ++cut) EXPECT_TRUE(FindingsOf(trap, {cut}).empty()) << cut;
  for (size_t cut = 0; cut <= real.size(); ++cut) EXPECT_EQ(FindingsOf(real, {cut}).size(), 1u) << cut;
}

// Chinese prose has long stretches without an ASCII byte: further back than the history, only the run tells.
TEST_F(ConfirmerTest, TellsAlignmentFurtherBackThanTheHistory) {
  std::string prose;
  for (int i = 0; i < 500; ++i) prose += "\xb5\xda";
  const std::string trap = prose + std::string(kTrapGbk) + "\xb5";
  const std::string real = prose + std::string(kSecretGbk);
  for (const size_t step : {1u, 2u, 3u, 7u, 64u, 127u, 255u, 256u, 257u, 333u, 5000u}) {
    std::vector<size_t> cuts;
    for (size_t at = step; at < trap.size(); at += step) cuts.push_back(at);
    EXPECT_TRUE(FindingsOf(trap, cuts).empty()) << step;
    cuts.resize(std::min(cuts.size(), real.size() / step));
    const std::vector<Finding> findings = FindingsOf(real, cuts);
    ASSERT_EQ(findings.size(), 1u) << step;
    EXPECT_TRUE(findings[0].aligned);
  }
}

TEST_F(ConfirmerTest, CountsAFindingWhoseAlignmentAGapHides) {
  MatchStream* stream = matcher_->Open();
  matcher_->Skip(*stream, 1000);
  const std::string text = "\xb5" + std::string(kSecretGbk);
  ASSERT_EQ(matcher_->Scan(*stream, ByteView(text), hits_), ScanStatus::kOk);
  confirmer_->Confirm(*matcher_, hits_, findings_);
  ASSERT_EQ(findings_.findings().size(), 1u);
  EXPECT_FALSE(findings_.findings()[0].aligned);
  EXPECT_EQ(findings_.findings()[0].offset, 1001u);
  EXPECT_EQ(confirmer_->counters().value(ConfirmCounter::kAlignmentUnknown), 1u);
  matcher_->Abandon(stream);
}

TEST_F(ConfirmerTest, ChecksAlignmentInBig5) {
  EXPECT_EQ(FindingsOf("x" + std::string(kSecretBig5)).size(), 1u);
  // The lead byte B0 takes the first byte of the hit.
  EXPECT_TRUE(FindingsOf("x\xb0" + std::string(kSecretBig5)).empty());
}

TEST_F(ConfirmerTest, SaysThatAnExpressionsBeginningIsNotKnown) {
  const std::vector<Finding> findings = FindingsOf("on 2024-01 ");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].length, 0u);
  EXPECT_EQ(findings[0].offset, findings[0].end);
  EXPECT_EQ(findings[0].shown, 0u);
}

TEST_F(ConfirmerTest, AsksTheValidatorWhereTheDetectorNamesOne) {
  EXPECT_TRUE(FindingsOf("card 4111111111111112.").empty());
  const std::string card = "card 4111111111111111.";
  for (size_t cut = 0; cut <= card.size(); ++cut) {
    const std::vector<Finding> findings = FindingsOf(card, {cut});
    ASSERT_EQ(findings.size(), 1u) << cut;
    EXPECT_EQ(findings[0].offset, 5u);  // the validator knows where the number began
    EXPECT_EQ(findings[0].length, 16u);
    EXPECT_EQ(findings[0].shown, U'4');
  }
}

TEST_F(ConfirmerTest, DoesNotDependOnSegmentation) {
  std::mt19937 random(5);
  const std::vector<std::string> parts = {std::string(kSecretGbk), std::string(kTrapGbk), std::string(kSecretBig5), "秘密★10年", "2024-01", "4111111111111111",
                                          " ", "\xb5\xda", "\xb5", "ascii text", std::string(40, '\xd6'), "\x81\x30\x81\x30", "\x80", "\xff"};
  for (int round = 0; round < 60; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += parts[random() % parts.size()];
    const std::vector<Finding> whole = FindingsOf(text);
    for (int again = 0; again < 10; ++again) {
      std::vector<size_t> cuts;
      const size_t longest = 1 + random() % 200;
      for (size_t at = 0; at < text.size(); at += random() % (longest + 1)) cuts.push_back(at);
      ASSERT_TRUE(Same(FindingsOf(text, cuts), whole)) << "round " << round;
    }
  }
}

TEST_F(ConfirmerTest, CountsByDetectorWhatItsHitsTook) {
  EXPECT_EQ(FindingsOf("2031-44 4111111111111111 4111111111111112 ").size(), 2u);
  const DetectorCosts& costs = *confirmer_->costs();
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_EQ(costs[0].hits.value(), 1u);
  EXPECT_EQ(costs[0].confirmed.value(), 1u);
  EXPECT_EQ(costs[1].hits.value(), 2u);
  EXPECT_EQ(costs[1].confirmed.value(), 1u) << "the other number fails its check digit";
  EXPECT_GT(costs[1].cycles.value(), 0u);
}

}  // namespace
}  // namespace sluice::match
