// Evidence: what a rule that fires asks for is handed over with its packets; what none asks for is let go; a policy without such rules
// touches nothing of it.
#include <gtest/gtest.h>

#include "dataplane/event/record_ring.h"
#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

using event::EvidenceCounter;
using event::EvidenceItem;
using event::EvidenceState;

std::shared_ptr<const bundle::Bundle> KeepingPolicy(const std::string& scope = "direction: both") {
  return PolicyOf(R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors:
  mark: {literals: [TOPSECRET-MARK]}
  watch: {literals: [watch-this]}
rules:
  - {id: us.mark, title: A mark, severity: critical, action: block, evidence: true, scope: {)" + scope + R"(}, detect: mark}
  - {id: tlp.watch, title: A watched word, action: alert, evidence: true, scope: {)" + scope + R"(}, detect: watch}
)");
}

class EvidenceTest : public ::testing::Test {
 protected:
  void Begin(const std::shared_ptr<const bundle::Bundle>& policy, const event::EvidenceLimits& limits = {}, bool with_room = true) {
    pipeline::PipelineOptions options;
    options.mode = stream::Mode::kInline;
    options.can_inject = true;
    options.flow.capacity = 1024;
    options.tcp.max_held_packets = 1024;
    options.sessions.max_sessions = options.max_objects = 256;
    if (with_room) options.evidence = event::EvidenceRoom::Create(limits, 1).value();
    pipeline_ = pipeline::Pipeline::Create(options, policy, &ring_).value();
    if (with_room) shelf_ = options.evidence->shelves()[0].get();
    room_ = options.evidence;
    pipeline::IntakeOptions intake;
    intake.mode = options.mode;
    intake_ = pipeline::Intake::Create(intake, &ring_).value();
  }
  void Upload(const std::string& body, uint16_t port, size_t segment = 500) {
    TcpSessionOptions options;
    options.client_port = port;
    TcpSession session(options);
    session.Handshake();
    const std::string stream = "PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (size_t at = 0; at < stream.size(); at += segment) session.Segment(Side::kClient, static_cast<int64_t>(at), stream.substr(at, segment));
    for (const TimedFrame& frame : session.frames()) {
      packet::Packet* packet = store_.Add(frame.bytes, frame.time);
      if (packet::Packet* ready = intake_->Accept(*packet, out_)) pipeline_->Process({&ready, 1}, out_, recycled_);
      last_ = frame.time;
    }
  }
  void End() { pipeline_->Drain(last_, out_, recycled_); }
  std::vector<EvidenceState> States() {
    std::vector<EvidenceState> states;
    for (const event::Record* record = ring_.Front(); record != nullptr; ring_.Pop(), record = ring_.Front()) {
      if (record->kind == event::RecordKind::kFinding) states.push_back(record->body.finding.evidence);
    }
    return states;
  }
  uint64_t Count(EvidenceCounter counter) const { return shelf_->counters().value(counter); }
  static std::string Text(const event::EvidenceBytes& chain) {
    std::string text;
    for (const auto* buffer = chain.first; buffer != nullptr; buffer = buffer->next) text.append(reinterpret_cast<const char*>(buffer->bytes.data()), buffer->size);
    return text;
  }

  event::RecordRing ring_{4096};
  PacketStore store_;
  std::shared_ptr<event::EvidenceRoom> room_;
  event::EvidenceShelf* shelf_ = nullptr;
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_{8192};
  std::vector<packet::Packet*> recycled_;
  Timestamp last_;
};

TEST_F(EvidenceTest, HandsOverWhatWasStoppedUpToThatPacketAtOnce) {
  Begin(KeepingPolicy());
  const std::string body = std::string(900, 'a') + "TOPSECRET-MARK" + std::string(3000, 'b');
  Upload(body, 40001);
  EvidenceItem* item = shelf_->Next();
  ASSERT_NE(item, nullptr) << "the flow still waits for its timeout";
  const std::string kept = Text(item->object);
  EXPECT_EQ(kept, body.substr(0, kept.size()));
  EXPECT_NE(kept.find("TOPSECRET-MARK"), std::string::npos);
  EXPECT_LT(kept.size(), body.size()) << "what was dropped unseen is not there";
  EXPECT_FALSE(item->complete);
  EXPECT_GE(item->packet_count, 2u);
  EXPECT_EQ(item->rule.view(), "us.mark");
  EXPECT_EQ(item->about.name.view(), "/f");
  EXPECT_EQ(item->reference_count, 1u);
  EXPECT_EQ(States(), std::vector<EvidenceState>{EvidenceState::kKept});
  shelf_->GiveBack(item);
  End();
  EXPECT_EQ(Count(EvidenceCounter::kHandedOver), 1u);
}

TEST_F(EvidenceTest, HandsOverTheWholeOfWhatWentOnWithAllItsPackets) {
  Begin(KeepingPolicy());
  const std::string body = "please watch-this " + std::string(2000, 'c');
  Upload(body, 40002, 400);
  EvidenceItem* item = shelf_->Next();
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(Text(item->object), body);
  EXPECT_TRUE(item->complete);
  // Of the request alone: what came before its first byte is not round the object.
  EXPECT_EQ(item->packet_count, 6u);
  EXPECT_EQ(item->packets_left_out, 0u);
}

TEST_F(EvidenceTest, KeepsAnObjectOfOnePacketWithThatPacket) {
  Begin(KeepingPolicy());
  Upload("watch-this", 40003);
  EvidenceItem* item = shelf_->Next();
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(Text(item->object), "watch-this");
  EXPECT_EQ(item->packet_count, 1u);
}

TEST_F(EvidenceTest, LetsGoWhatNobodyAskedFor) {
  Begin(KeepingPolicy());
  for (uint16_t i = 0; i < 50; ++i) Upload(std::string(1000, 'x'), static_cast<uint16_t>(41000 + i));
  End();
  EXPECT_EQ(shelf_->Next(), nullptr);
  EXPECT_GE(Count(EvidenceCounter::kBegun), 100u) << "heads and bodies";
  EXPECT_EQ(Count(EvidenceCounter::kLetGo), Count(EvidenceCounter::kBegun));
}

TEST_F(EvidenceTest, CopiesNothingOutsideOfTheRulesScope) {
  Begin(KeepingPolicy("direction: download"));
  Upload(std::string(1000, 'x') + "watch-this", 40005);
  End();
  EXPECT_EQ(Count(EvidenceCounter::kBegun), 0u);
}

TEST_F(EvidenceTest, CopiesNothingForAPolicyThatDoesNotAsk) {
  Begin(BlockingPolicy());
  Upload(std::string(900, 'a') + "TOPSECRET-MARK", 40006);
  End();
  EXPECT_EQ(Count(EvidenceCounter::kBegun), 0u);
  EXPECT_EQ(States(), std::vector<EvidenceState>{EvidenceState::kNotAsked});
}

TEST_F(EvidenceTest, SaysThatThereIsNoVaultOrNoPlace) {
  Begin(KeepingPolicy(), {}, false);
  Upload("watch-this", 40007);
  EXPECT_EQ(States(), std::vector<EvidenceState>{EvidenceState::kNoVault});
  Begin(KeepingPolicy(), {.items = 0, .object_bytes = 100, .packet_bytes = 100, .buffer_bytes = 1 << 16});
  Upload("watch-this", 40008);
  EXPECT_EQ(States(), std::vector<EvidenceState>{EvidenceState::kNoPlace});
  EXPECT_GT(Count(EvidenceCounter::kNoPlace), 0u);
}

TEST_F(EvidenceTest, GivesEverythingBackThatFlowsHadWhenTheyEnd) {
  Begin(KeepingPolicy(), {.items = 4, .object_bytes = 1 << 16, .packet_bytes = 1 << 14, .buffer_bytes = 1 << 20});
  for (uint16_t i = 0; i < 200; ++i) {
    Upload(std::string(600, 'a') + (i % 3 == 0 ? "TOPSECRET-MARK" : i % 3 == 1 ? "watch-this" : "nothing") + std::string(600, 'b'), static_cast<uint16_t>(42000 + i));
    while (EvidenceItem* item = shelf_->Next()) shelf_->GiveBack(item);
  }
  End();
  EXPECT_EQ(Count(EvidenceCounter::kNoPlace), 0u);
  EXPECT_EQ(Count(EvidenceCounter::kHandedOver) + Count(EvidenceCounter::kLetGo), Count(EvidenceCounter::kBegun));
}

}  // namespace
}  // namespace sluice::test
