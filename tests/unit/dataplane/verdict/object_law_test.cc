// The law of the verdict stage: however an object's bytes are cut, the same rules fire, with the same count, offset and
// mask. Matcher, Confirmer and Decider together, as the pipeline runs them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "dataplane/content/media_type.h"
#include "dataplane/verdict/decide.h"
#include "rules/marking/describe.h"
#include "tests/unit/dataplane/match/policy_builder.h"
#include "tests/unit/dataplane/verdict/condition_builder.h"

namespace sluice::verdict {
namespace {

using model::Encoding;

constexpr std::string_view kSecretGbk = "\xc3\xd8\xc3\xdc";
constexpr std::string_view kTrapGbk = "\xbe\xc3\xd8\xc3\xdc\xb2";

std::shared_ptr<const bundle::Bundle> MakePolicy() {
  test::PolicyBuilder builder;
  const auto mark = builder.AddDetector("cn.mark");
  builder.AddLiteral(mark, "机密★10年");
  builder.AddLiteral(mark, kSecretGbk, Encoding::kGb18030);
  const auto number = builder.AddDetector("pii.number");
  builder.AddExpression(number, "[0-9]{4}-[0-9]{2,4}");
  const auto level = builder.AddDetector("cn.level");
  builder.AddLiteral(level, "机密★");
  builder.AddLiteral(level, "\xbb\xfa\xc3\xdc\xa1\xef", Encoding::kGb18030);
  builder.SetMarking(level, {.nation = model::Nation::kCn});
  const auto banner = builder.AddDetector("us.banner");
  builder.AddLiteral(banner, "SECRET//");
  builder.SetMarking(banner, {.nation = model::Nation::kUs});
  const auto release = builder.AddDetector("release");
  builder.AddLiteral(release, "APPROVED");
  builder.AddRule(MakeRule("mark", Found(mark), model::Action::kBlock));
  builder.AddRule(MakeRule("marks", Found(mark, 3)));
  builder.AddRule(MakeRule("kinds", Found(mark, 2, model::Where::kAnywhere, true)));
  builder.AddRule(MakeRule("numbers", Found(number, 4)));
  builder.AddRule(MakeRule("near", Near({Found(mark), Found(number)}, 12)));
  builder.AddRule(MakeRule("unreleased", All({Found(number), Not(Found(release))})));
  builder.AddRule(MakeRule("level", Found(level), model::Action::kBlock));
  builder.AddRule(MakeRule("banner", Found(banner), model::Action::kBlock));
  model::Rule sized = MakeRule("sized", Found(mark));
  sized.scope.min_bytes = 700;
  builder.AddRule(sized);
  model::Rule typed = MakeRule("typed", Any({Found(mark), Found(number)}));
  typed.scope.media_types = {"text/*"};
  builder.AddRule(typed);
  return builder.Build();
}

using Row = std::tuple<uint32_t, uint32_t, uint32_t, uint64_t, uint32_t, std::string, std::string, std::string>;

std::string MarkingText(const model::Marking& marking) {
  const marking::MarkingWords words = marking::Describe(marking);
  std::string text = words.level + "/" + words.period + "/" + words.condition + "/" + words.expires;
  for (const std::string& caveat : words.caveats) text += "/" + caveat;
  return text;
}

class Object {
 public:
  Object() : policy_(MakePolicy()), matcher_(match::Matcher::Create(policy_, {.max_streams = 4}).value()),
             confirmer_(match::Confirmer::Create(policy_).value()), decider_(Decider::Create(policy_).value()) {}

  std::vector<Row> FiredIn(std::string_view text, const std::vector<size_t>& cuts) {
    rows_.clear();
    Tally tally;
    ObjectFacts facts;
    facts.application = "http";
    match::MatchStream* stream = matcher_->Open();
    size_t at = 0;
    const auto scan_to = [&](size_t end) {
      const std::string piece(text.substr(at, end - at));
      facts.media_type = content::DetectMediaType(ByteView(text.substr(0, std::min(end, content::kMediaTypePrefix)))).name;
      EXPECT_EQ(matcher_->Scan(*stream, ByteView(piece), hits_), match::ScanStatus::kOk);
      confirmer_->Confirm(*matcher_, hits_, findings_);
      decider_->Decide(tally, facts, findings_.findings(), end, fired_);
      Append();
      at = end;
    };
    for (const size_t cut : cuts) scan_to(cut);
    scan_to(text.size());
    EXPECT_EQ(matcher_->Close(stream, hits_), match::ScanStatus::kOk);
    confirmer_->Confirm(*matcher_, hits_, findings_);
    decider_->Decide(tally, facts, findings_.findings(), text.size(), fired_);
    Append();
    decider_->DecideAtEnd(tally, facts, text.size(), fired_);
    Append();
    return rows_;
  }

 private:
  void Append() {
    for (const FiredRule& f : fired_.rules()) {
      rows_.emplace_back(f.rule, f.detector, f.count, f.offset, f.length, std::string(f.masked.view()), std::string(f.explain.view()), MarkingText(f.marking));
    }
  }

  std::shared_ptr<const bundle::Bundle> policy_;
  std::unique_ptr<match::Matcher> matcher_;
  std::unique_ptr<match::Confirmer> confirmer_;
  std::unique_ptr<Decider> decider_;
  match::HitList hits_;
  match::FindingList findings_;
  FiredList fired_;
  std::vector<Row> rows_;
};

TEST(ObjectLaw, FiresTheSameForEverySingleCut) {
  Object object;
  const std::string text = "see 机密★10年 of 2024-1299 " + std::string(kTrapGbk) + " and " + std::string(kSecretGbk) + " 1999-01";
  const std::vector<Row> whole = object.FiredIn(text, {});
  ASSERT_GE(whole.size(), 5u);
  for (size_t cut = 0; cut <= text.size(); ++cut) ASSERT_EQ(object.FiredIn(text, {cut}), whole) << "cut at " << cut;
}

TEST(ObjectLaw, ReadsAMarkingWhereverItIsCut) {
  Object object;
  for (const std::string text : {"机密★10年 2024年12月5日\n", "机密★会议开始前", "TOP SECRET//SI/TK//REL TO USA, GBR\nand so on", "a SECRET//see below",
                                 "x \xbb\xfa\xc3\xdc\xa1\xef" "5\xc4\xea", "机密★机密★机密★机密★机密★机密★ 3年"}) {
    const std::vector<Row> whole = object.FiredIn(text, {});
    for (size_t first = 0; first <= text.size(); ++first) {
      ASSERT_EQ(object.FiredIn(text, {first}), whole) << text << " cut at " << first;
      ASSERT_EQ(object.FiredIn(text, {first, std::min(first + 3, text.size())}), whole) << text << " cut at " << first;
    }
  }
  const std::vector<Row> fired = object.FiredIn("机密★10年 2024年12月5日\n", {4, 12});
  ASSERT_EQ(fired.size(), 3u);
  EXPECT_EQ(std::get<7>(fired[1]), "机密/10年//2034-12-05");
}

TEST(ObjectLaw, FiresTheSameForAnySegmentation) {
  Object object;
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"机密★10年", std::string(kSecretGbk), std::string(kTrapGbk), "2024-1234", "APPROVED", " ",
                                          std::string(300, 'x'), std::string(150, '\xd6'), "words, words", "\xb5", "%PDF-1.7", "机密★6个月", "SECRET//NOFORN ", "机密★"};
  std::vector<size_t> rules_seen(10);
  for (int round = 0; round < 80; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += parts[random() % parts.size()];
    const std::vector<Row> whole = object.FiredIn(text, {});
    for (const Row& row : whole) ++rules_seen[std::get<0>(row)];
    for (int again = 0; again < 8; ++again) {
      std::vector<size_t> cuts;
      const size_t longest = 1 + random() % 300;
      for (size_t at = 0; at < text.size(); at += random() % (longest + 1)) cuts.push_back(at);
      ASSERT_EQ(object.FiredIn(text, cuts), whole) << "round " << round;
    }
  }
  for (size_t rule = 0; rule < rules_seen.size(); ++rule) EXPECT_GT(rules_seen[rule], 0u) << "rule " << rule << " was never tried";
}

}  // namespace
}  // namespace sluice::verdict
