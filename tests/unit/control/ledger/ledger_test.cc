// The ledger: pieces over many flows, restarts, appliances and days; and files that are no ledger.
#include "control/ledger/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/unit/dataplane/pipeline/fixture.h"
#include "tests/unit/dataplane/signature/policy.h"

namespace sluice::ledger {
namespace {

namespace fs = std::filesystem;
using test::BinaryData;
using test::EnglishText;
using test::HeldSet;
using test::PolicyWith;
using test::SetOf;

using namespace std::string_view_literals;

constexpr int64_t kDay = int64_t{86'400} * 1'000'000'000;

TEST(PlaceSet, ComesBackFromItsBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const uint32_t places = 1 + static_cast<uint32_t>(random() % 3000);
    PlaceSet set;
    for (size_t n = random() % 200; n > 0; --n) {
      const auto begin = static_cast<uint32_t>(random() % places);
      for (uint32_t p = begin; p < std::min<uint32_t>(places, begin + static_cast<uint32_t>(random() % 20)); ++p) set.Add(p);
    }
    const std::string bytes = set.ToBytes();
    const std::optional<PlaceSet> back = PlaceSet::FromBytes(ByteView(bytes), places);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->Count(), set.Count());
    for (uint32_t p = 0; p < places; ++p) ASSERT_EQ(back->Has(p), set.Has(p));
  }
}

TEST(PlaceSet, RefusesBytesThatAreNone) {
  for (const std::string_view bytes : {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, "\x80"sv, "\x00\x7f"sv, "\x7f\x7f"sv}) {
    EXPECT_FALSE(PlaceSet::FromBytes(ByteView(bytes), 10).has_value());
  }
}

TEST(DepartedMap, CountsEachPlaceOnceOverAllDays) {
  DepartedMap map;
  for (uint32_t p = 0; p < 10; ++p) map.Add(100, p);
  for (uint32_t p = 5; p < 15; ++p) map.Add(120, p);
  EXPECT_EQ(map.CountSince(kEver), 15u);
  EXPECT_EQ(map.CountSince(101), 10u);
  EXPECT_TRUE(map.HasSince(100, 0));
  EXPECT_FALSE(map.HasSince(101, 0));
}

const std::string& Mesh() {
  static const std::string mesh = BinaryData(4'000'000, 3);
  return mesh;
}
const HeldSet& Designs() {
  static const HeldSet held = SetOf("designs", {{"plan.txt", EnglishText(50'000, 1)}, {"mesh.bin", Mesh()}});
  return held;
}
std::shared_ptr<const bundle::Bundle> PolicyThatAsks(const std::string& left, const std::string& action = "alert") {
  return PolicyWith(test::SignatureYaml(", left: " + left, action), {Designs()});
}

// Pieces of the mesh, each from another port and one of a hundred hosts, so far apart in time.
std::vector<test::TimedFrame> Pieces(size_t from, size_t to, size_t in_all, int64_t apart, int64_t start = 1'700'000'000'000'000'000) {
  std::vector<test::TimedFrame> frames;
  const size_t size = Mesh().size() / in_all;
  for (size_t i = from; i < to; ++i) {
    test::TcpSessionOptions options;
    options.client = "10.1.2." + std::to_string(1 + i % 100);
    options.server_port = 9000;
    options.client_port = static_cast<uint16_t>(20000 + i);
    options.start = Timestamp::FromNanoseconds(start + static_cast<int64_t>(i) * apart);
    test::TcpSession session(options);
    session.Handshake().Upload(Mesh().substr(i * size, size)).Finish();
    frames.insert(frames.end(), session.frames().begin(), session.frames().end());
  }
  return frames;
}

struct Outcome {
  std::vector<std::string> told;     // documents of findings of the ledger
  std::vector<std::string> decided;  // of findings of the workers
  std::vector<uint8_t> percents;
  std::vector<std::string> json;
};

Outcome PlayInto(const std::vector<test::TimedFrame>& frames, const std::shared_ptr<const bundle::Bundle>& policy, Ledger& ledger, test::PlayOptions options = {}) {
  ledger.Follow(policy);
  options.on_record = [&](const event::Record& record, std::vector<event::Record>& more) {
    if (record.kind == event::RecordKind::kDeparture) ledger.Take(record, more);
  };
  const test::Seen seen = test::Play(frames, policy, options);
  Outcome outcome;
  for (const event::Record& record : seen.records) {
    if (record.kind != event::RecordKind::kFinding) continue;
    const event::DocumentSeen& document = record.body.finding.document;
    (document.departed ? outcome.told : outcome.decided).emplace_back(document.name.view());
    if (document.departed) outcome.percents.push_back(document.percent);
  }
  outcome.json = seen.json;
  return outcome;
}

TEST(Ledger, FindsADocumentThatLeavesInAThousandPiecesOverWeeks) {
  const auto ledger = Ledger::Open("");
  ASSERT_TRUE(ledger.ok());
  const Outcome outcome = PlayInto(Pieces(0, 1000, 1000, kDay / 25), PolicyThatAsks("20 %"), **ledger);
  EXPECT_EQ(outcome.told, std::vector<std::string>{"mesh.bin"});
  EXPECT_EQ(outcome.percents, std::vector<uint8_t>{20});
  EXPECT_GT(outcome.decided.size(), 100u);  // pieces behind it
  const Account& account = (*ledger)->accounts().begin()->second;
  EXPECT_GE(account.departed.CountSince(kEver) * 100, uint64_t{account.places} * 60);
  EXPECT_EQ(std::count_if(account.parties.begin(), account.parties.end(), [](const auto& p) { return p.first.first == Role::kSource; }), 100);
  EXPECT_GE(account.departed.days().size(), 39u);
}

TEST(Ledger, IsTheSameForAnyNumberOfWorkers) {
  const auto frames = Pieces(0, 300, 400, kDay / 25);
  const auto one = Ledger::Open(""), three = Ledger::Open("");
  const Outcome a = PlayInto(frames, PolicyThatAsks("20 %"), **one), b = PlayInto(frames, PolicyThatAsks("20 %"), **three, {.workers = 3});
  EXPECT_EQ(a.told.size(), 1u);
  EXPECT_EQ(a.json, b.json);
}

TEST(Ledger, SplitInTenIsFoundToo) {
  const auto ledger = Ledger::Open("");
  const Outcome outcome = PlayInto(Pieces(0, 10, 10, kDay), PolicyThatAsks("50 %"), **ledger);
  EXPECT_EQ(outcome.told, std::vector<std::string>{"mesh.bin"});
}

TEST(Ledger, CountsOnlyTheDaysThatAreAsked) {
  const auto frames = Pieces(0, 40, 40, kDay);
  const auto ever = Ledger::Open(""), week = Ledger::Open("");
  EXPECT_EQ(PlayInto(frames, PolicyThatAsks("50 %"), **ever).told.size(), 1u);
  EXPECT_EQ(PlayInto(frames, PolicyThatAsks("50 % in 7 days"), **week).told.size(), 0u);
  const auto closer = Ledger::Open("");
  EXPECT_EQ(PlayInto(Pieces(0, 40, 40, kDay / 8), PolicyThatAsks("50 % in 7 days"), **closer).told.size(), 1u);
}

TEST(Ledger, AddsUpTheBytesOfASet) {
  const auto ledger = Ledger::Open(""), other = Ledger::Open("");
  EXPECT_EQ(PlayInto(Pieces(0, 40, 100, kDay / 4), PolicyThatAsks("1 MB of this set in 30 days"), **ledger).told.size(), 1u);
  EXPECT_EQ(PlayInto(Pieces(0, 40, 100, kDay / 4), PolicyThatAsks("3 MB of this set in 30 days"), **other).told.size(), 0u);
}

TEST(Ledger, DoesNotCountWhatWasStopped) {
  const std::string yaml = R"(
pack: {id: t, title: T}
detectors:
  trickle: {signature: {set: designs, left: 20 %}}
  slice: {signature: {set: designs}}
rules:
  - {id: test.slice, title: A slice, action: block, scope: {direction: upload}, detect: slice}
  - {id: test.trickle, title: Trickle, scope: {direction: upload}, detect: trickle}
)";
  const auto policy = PolicyWith(yaml, {Designs()});
  const auto ledger = Ledger::Open("");
  const Outcome outcome = PlayInto(Pieces(0, 50, 50, kDay / 4), policy, **ledger, {.mode = stream::Mode::kInline});
  EXPECT_EQ(outcome.told.size(), 0u);
  const Account& account = (*ledger)->accounts().begin()->second;
  EXPECT_LT(account.departed.CountSince(kEver) * 100, uint64_t{account.places} * 10);
}

class LedgerOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("sluice-ledger-" + std::to_string(::getpid()));
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return folder_ / name; }
  fs::path folder_;
};

TEST_F(LedgerOnDisk, GoesOnAfterARestart) {
  const auto policy = PolicyThatAsks("20 %");
  {
    const auto ledger = Ledger::Open(At("a.db"));
    ASSERT_TRUE(ledger.ok());
    EXPECT_EQ(PlayInto(Pieces(0, 8, 50, kDay), policy, **ledger).told.size(), 0u);
    ASSERT_TRUE((*ledger)->Settle().ok());
  }
  const auto again = Ledger::Open(At("a.db"));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(PlayInto(Pieces(8, 14, 50, kDay), policy, **again).told.size(), 1u);
  ASSERT_TRUE((*again)->Settle().ok());
  // A third start knows from its first piece on.
  const auto third = Ledger::Open(At("a.db"));
  const Outcome outcome = PlayInto(Pieces(20, 21, 50, kDay), PolicyThatAsks("20 %"), **third);
  EXPECT_EQ(outcome.told.size(), 0u);
  EXPECT_EQ(outcome.decided.size(), 1u);
}

TEST_F(LedgerOnDisk, OfTwoAppliancesMerge) {
  const auto policy = PolicyThatAsks("20 %");
  const auto east = Ledger::Open(At("east.db")), west = Ledger::Open(At("west.db"));
  EXPECT_EQ(PlayInto(Pieces(0, 8, 50, kDay), policy, **east).told.size(), 0u);
  EXPECT_EQ(PlayInto(Pieces(8, 16, 50, kDay), PolicyThatAsks("20 %"), **west).told.size(), 0u);
  Accounts merged;
  for (int twice = 0; twice < 2; ++twice) {
    for (const auto& from : {*east, *west}) {
      for (const auto& [key, account] : from->accounts()) merged[key].Merge(account);
    }
  }
  ASSERT_EQ(merged.size(), 1u);
  const Account& account = merged.begin()->second;
  EXPECT_EQ(account.departed.CountSince(kEver), (*east)->accounts().begin()->second.departed.CountSince(kEver) + (*west)->accounts().begin()->second.departed.CountSince(kEver));
  EXPECT_GE(account.departed.CountSince(kEver) * 100, uint64_t{account.places} * 20);
}

TEST_F(LedgerOnDisk, RefusesWhatIsNoLedger) {
  std::ofstream(At("text.db")) << std::string(5000, 'x');
  const auto text = Ledger::Open(At("text.db"));
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code(), ErrorCode::kCorrupt) << text.error().message();
  EXPECT_FALSE(Ledger::Open(At("absent/folder.db")).ok());
  EXPECT_FALSE(LedgerFile::Open(At("absent.db"), LedgerFile::Mode::kReadOnly).ok());
}

}  // namespace
}  // namespace sluice::ledger
