#include "dataplane/verdict/decide.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataplane/content/media_type.h"
#include "tests/unit/dataplane/match/policy_builder.h"
#include "tests/unit/dataplane/verdict/condition_builder.h"

namespace sluice::verdict {
namespace {

using match::Finding;
using model::Where;

// Detectors 0 to 7, called "d.0"…; rules as each case adds them.
class DeciderTest : public testing::Test {
 protected:
  DeciderTest() {
    for (int i = 0; i < 8; ++i) {
      const auto detector = builder_.AddDetector("d." + std::to_string(i));
      for (int term = 0; term < 4; ++term) builder_.AddLiteral(detector, "literal " + std::to_string(i * 10 + term));
    }
  }
  void Add(std::string id, Nodes nodes, model::Scope scope = {}, model::Action action = model::Action::kAlert) {
    model::Rule rule = MakeRule(std::move(id), std::move(nodes), action);
    rule.scope = std::move(scope);
    rule.confidence = 77;
    builder_.AddRule(std::move(rule));
  }
  // A rule on detector 0 that does not fire for `scope` before the second 1,000.
  void AddExcepted(std::string id, model::Scope scope) {
    model::Rule rule = MakeRule(std::move(id), Found(0));
    rule.exceptions.push_back({"agreed", 1000, std::move(scope)});
    builder_.AddRule(std::move(rule));
  }
  void Ready() {
    policy_ = builder_.Build();
    decider_ = Decider::Create(policy_).value();
  }
  // The ids of what fires, each as "id@count".
  std::vector<std::string> Fired() const {
    std::vector<std::string> ids;
    for (const FiredRule& fired : fired_.rules()) ids.push_back(policy_->rules()[fired.rule].id + "@" + std::to_string(fired.count));
    return ids;
  }
  std::vector<std::string> Decide(const std::vector<Finding>& findings, uint64_t position) {
    decider_->Decide(tally_, facts_, findings, position, fired_);
    return Fired();
  }
  std::vector<std::string> End(uint64_t bytes) {
    decider_->DecideAtEnd(tally_, facts_, bytes, fired_);
    return Fired();
  }

  test::PolicyBuilder builder_;
  std::shared_ptr<const bundle::Bundle> policy_;
  std::unique_ptr<Decider> decider_;
  ObjectFacts facts_;
  Tally tally_;
  FiredList fired_;
};
using Ids = std::vector<std::string>;
using Names = std::vector<std::string>;

// A scope with one of its members set.
template <typename Member, typename Value>
model::Scope Scoped(Member model::Scope::*member, Value value) {
  model::Scope scope;
  scope.*member = std::move(value);
  return scope;
}

TEST_F(DeciderTest, FiresOnTheFirstFindingAndOnlyOnce) {
  Add("one", Found(0));
  Ready();
  EXPECT_EQ(Decide({}, 100), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 150), FindingAt(0, 160)}, 200), Ids{"one@1"});
  EXPECT_EQ(Decide({FindingAt(0, 250)}, 300), Ids());
  EXPECT_EQ(End(300), Ids());
}

TEST_F(DeciderTest, DescribesWhatFired) {
  Add("block.it", Found(0, 2), {}, model::Action::kBlock);
  Ready();
  Finding first = FindingAt(0, 150, 6);
  first.encoding = model::Encoding::kGb18030;
  first.shown = U'机';
  first.aligned = false;
  Decide({first, FindingAt(0, 160)}, 200);
  ASSERT_EQ(fired_.rules().size(), 1u);
  const FiredRule& fired = fired_.rules()[0];
  EXPECT_EQ(fired.verdict, Verdict::kBlock);
  EXPECT_EQ(fired_.strongest(), Verdict::kBlock);
  EXPECT_EQ(fired.confidence, 77);
  EXPECT_EQ(fired.count, 2u);
  EXPECT_EQ(fired.offset, 144u);
  EXPECT_EQ(fired.length, 6u);
  EXPECT_EQ(fired.encoding, model::Encoding::kGb18030);
  EXPECT_EQ(fired.masked.view(), "机****");
  EXPECT_EQ(fired.explain.view(), "d.0: 2 found, 2 needed, alignment not certain");
}

TEST_F(DeciderTest, WaitsForTheNumberThatARuleWants) {
  Add("three", Found(0, 3));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10), FindingAt(0, 20)}, 50), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 60)}, 100), Ids{"three@3"});
}

TEST_F(DeciderTest, CountsDifferentTermsWhereARuleAsksForThem) {
  Add("distinct", Found(0, 2, Where::kAnywhere, true));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10, 4, 1), FindingAt(0, 20, 4, 1)}, 50), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 60, 4, 2)}, 100), Ids{"distinct@3"});
  EXPECT_EQ(fired_.rules()[0].explain.view(), "d.0: 3 found, 2 different needed");
}

TEST_F(DeciderTest, WantsAllOrSomeOfItsParts) {
  Add("all", All({Found(0), Found(1)}));
  Add("two.of.three", Any({Found(0), Found(1), Found(2)}, 2));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids());
  EXPECT_EQ(Decide({FindingAt(2, 60)}, 100), Ids{"two.of.three@1"});
  EXPECT_EQ(Decide({FindingAt(1, 160)}, 200), Ids{"all@1"});
}

TEST_F(DeciderTest, DecidesAboutAbsenceAtTheEnd) {
  Add("unmarked", Not(Found(0)));
  Add("mark.without.release", All({Found(1), Not(Found(0))}));
  Ready();
  EXPECT_EQ(Decide({FindingAt(1, 10)}, 50), Ids());
  EXPECT_EQ(End(50), (Ids{"unmarked@0", "mark.without.release@1"}));
  EXPECT_EQ(fired_.rules()[1].explain.view(), "d.1: 1 found; d.0: none");
  tally_ = {};
  Decide({FindingAt(1, 10), FindingAt(0, 20)}, 50);
  EXPECT_EQ(End(50), Ids());
  tally_ = {};
  EXPECT_EQ(End(0), Ids{"unmarked@0"});
}

TEST_F(DeciderTest, DoesNotCallAHeadUnmarked) {
  Add("unmarked", Not(Found(0)));
  Ready();
  facts_.where = Where::kHeader;
  EXPECT_EQ(End(50), Ids());
}

TEST_F(DeciderTest, LooksWhereTheRuleLooks) {
  Add("header.only", Found(0, 1, Where::kHeader));
  Add("body.only", Found(0, 1, Where::kBody));
  Ready();
  facts_.where = Where::kHeader;
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"header.only@1"});
  tally_ = {};
  facts_.where = Where::kBody;
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"body.only@1"});
}

TEST_F(DeciderTest, CountsAHeadTogetherWithItsBody) {
  Add("both", All({Found(0, 1, Where::kHeader), Found(1, 1, Where::kBody)}));
  Add("sum", Found(0, 3));
  Ready();
  facts_.where = Where::kHeader;
  EXPECT_EQ(Decide({FindingAt(0, 10), FindingAt(0, 90)}, 100), Ids());
  Tally body;
  body.BeginBehindHead(tally_);
  tally_ = body;
  facts_.where = Where::kBody;
  EXPECT_EQ(Decide({FindingAt(1, 5), FindingAt(0, 20)}, 50), (Ids{"both@1", "sum@3"}));
}

TEST_F(DeciderTest, KeepsToTheDirection) {
  Add("up", Found(0), Scoped(&model::Scope::direction, model::Direction::kUpload));
  Add("down", Found(0), Scoped(&model::Scope::direction, model::Direction::kDownload));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"up@1"});
  tally_ = {};
  facts_.direction = content::Direction::kDownload;
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"down@1"});
}

TEST_F(DeciderTest, KeepsToAddressesApplicationsAndClients) {
  const std::vector<uint8_t> network = {10, 0, 0, 0};
  model::AddressBlock block{packet::IpAddress::FromV4(network.data()).bytes, 96 + 8};
  Add("from.ten", Found(0), Scoped(&model::Scope::sources, std::vector{block}));
  Add("to.ten", Found(0), Scoped(&model::Scope::destinations, std::vector{block}));
  Add("http", Found(0), Scoped(&model::Scope::applications, Names{"http"}));
  Add("of.lab", Found(0), Scoped(&model::Scope::clients, Names{"lab"}));
  Ready();
  const std::vector<uint8_t> host = {10, 1, 2, 3};
  facts_.source = packet::IpAddress::FromV4(host.data());
  facts_.application = "smtp";
  facts_.client = "lab";
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), (Ids{"from.ten@1", "of.lab@1"}));
}

TEST_F(DeciderTest, JudgesTheMediaTypeWhereItIsKnown) {
  Add("pdf", Found(0), Scoped(&model::Scope::media_types, Names{"application/pdf"}));
  Add("image", Found(0), Scoped(&model::Scope::media_types, Names{"image/*"}));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids());  // too early to tell
  facts_.media_type = "application/pdf";
  EXPECT_EQ(Decide({}, content::kMediaTypePrefix), Ids{"pdf@1"});
  EXPECT_EQ(End(600), Ids());
  // A short object's type is known at its end.
  tally_ = {};
  facts_.media_type = "image/png";
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids());
  EXPECT_EQ(End(50), Ids{"image@1"});
}

TEST_F(DeciderTest, FiresWhereAnObjectReachesTheSmallestSize) {
  Add("large", Found(0), Scoped(&model::Scope::min_bytes, 1000));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 999), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 1200)}, 1400), Ids{"large@1"});  // at 1,000, before the second finding
  tally_ = {};
  Decide({FindingAt(0, 10)}, 999);
  EXPECT_EQ(End(999), Ids());
  tally_ = {};
  EXPECT_EQ(Decide({FindingAt(0, 1000)}, 1000), Ids{"large@1"});
}

TEST_F(DeciderTest, KnowsTheGreatestSizeAtTheEnd) {
  Add("small", Found(0), Scoped(&model::Scope::max_bytes, 100));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 100), Ids());
  EXPECT_EQ(End(100), Ids{"small@1"});
  tally_ = {};
  Decide({FindingAt(0, 10)}, 101);
  EXPECT_EQ(End(101), Ids());
}

TEST_F(DeciderTest, HeedsAnExceptionUntilItExpires) {
  AddExcepted("r", Scoped(&model::Scope::clients, Names{"lab"}));
  Ready();
  facts_.client = "lab";
  facts_.now = Timestamp::FromNanoseconds(999'999'999'999);
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids());
  EXPECT_EQ(End(50), Ids());
  EXPECT_EQ(decider_->counters().value(DecideCounter::kExcepted), 1u);
  tally_ = {};
  facts_.now = Timestamp::FromNanoseconds(1'000'000'000'000);
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"r@1"});
  tally_ = {};
  facts_.now = {};
  facts_.client = "office";
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids{"r@1"});
}

TEST_F(DeciderTest, WaitsUntilItIsKnownWhetherAnExceptionSpeaksOfTheObject) {
  AddExcepted("not.small", Scoped(&model::Scope::max_bytes, 700));
  AddExcepted("not.pdf", Scoped(&model::Scope::media_types, Names{"application/pdf"}));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 100), Ids());
  facts_.media_type = "text/plain";
  EXPECT_EQ(Decide({}, 700), Ids{"not.pdf@1"});
  EXPECT_EQ(Decide({}, 701), Ids{"not.small@1"});
  tally_ = {};
  facts_.media_type = "application/pdf";
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 700), Ids());
  EXPECT_EQ(End(700), Ids());
}

TEST_F(DeciderTest, KnowsWhatStandsNearWhat) {
  Add("near", Near({Found(0), Found(1)}, 20));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10), FindingAt(1, 100)}, 150), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 124)}, 200), Ids{"near@2"});  // 120 begins 20 behind 100
  EXPECT_EQ(fired_.rules()[0].explain.view(), "d.0: 2 found, near another; d.1: 1 found, near another");
}

TEST_F(DeciderTest, DoesNotTakeAFindingForItsOwnNeighbour) {
  Add("pair", Near({Found(0), Found(0)}, 20));
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50), Ids());
  EXPECT_EQ(Decide({FindingAt(0, 20)}, 50), Ids{"pair@2"});
}

TEST_F(DeciderTest, ReportsTheStrongestVerdictOfAll) {
  Add("alert", Found(0));
  Add("quarantine", Found(0), {}, model::Action::kQuarantine);
  Add("block", Found(0), {}, model::Action::kBlock);
  Ready();
  EXPECT_EQ(Decide({FindingAt(0, 10)}, 50).size(), 3u);
  EXPECT_EQ(fired_.strongest(), Verdict::kQuarantine);
}

}  // namespace
}  // namespace sluice::verdict
