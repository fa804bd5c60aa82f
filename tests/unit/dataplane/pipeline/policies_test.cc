// Policies that follow one another while connections stay open.
#include <gtest/gtest.h>

#include "dataplane/event/record_ring.h"
#include "dataplane/pipeline/inspector.h"
#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

using pipeline::PipelineCounter;

std::shared_ptr<const bundle::Bundle> PolicyWith(const std::string& word) {
  return PolicyOf(R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors:
  word: {literals: [)" + word + R"(]}
rules:
  - {id: us.word, title: A word, severity: critical, action: alert, scope: {direction: both}, detect: word}
)");
}

// A connection whose upload is sent bit by bit.
struct Connection {
  explicit Connection(uint16_t port) : session({.client_port = port}) { session.Handshake(); }
  void Say(const std::string& text) { session.Upload(text); }
  TcpSession session;
  size_t played = 0;
};

class PoliciesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline::PipelineOptions options;
    options.mode = stream::Mode::kInline;
    options.can_inject = true;
    options.flow.capacity = 1024;
    options.tcp.max_held_packets = 1024;
    options.sessions.max_sessions = options.max_objects = 64;
    options.rule_costs = costs_;
    pipeline_ = pipeline::Pipeline::Create(options, PolicyWith("never-said"), &ring_).value();
    pipeline::IntakeOptions intake;
    intake.mode = options.mode;
    intake_ = pipeline::Intake::Create(intake, &ring_).value();
  }
  void Play(Connection& connection) {
    const std::vector<TimedFrame>& frames = connection.session.frames();
    for (; connection.played < frames.size(); ++connection.played) {
      const TimedFrame& frame = frames[connection.played];
      packet::Packet* packet = store_.Add(frame.bytes, frame.time);
      if (packet::Packet* ready = intake_->Accept(*packet, out_)) pipeline_->Process({&ready, 1}, out_, recycled_);
      last_ = std::max(last_, frame.time);
    }
    for (const event::Record* record = ring_.Front(); record != nullptr; ring_.Pop(), record = ring_.Front()) {
      if (record->kind != event::RecordKind::kFinding) continue;
      found_.push_back({record->generation, record->body.finding.match.offset, std::string(record->body.finding.object.path.view())});
    }
    out_.Clear();
  }
  void Publish(const std::shared_ptr<const bundle::Bundle>& policy) {
    pipeline::PolicyState prepared = pipeline_->Prepare(policy, ++generation_).value();
    ASSERT_TRUE(pipeline_->Adopt(prepared)) << generation_;
  }  // what was in its slot is gone here
  void End() { pipeline_->Drain(last_, out_, recycled_); }
  uint64_t Moved() const { return pipeline_->statistics().counters.value(PipelineCounter::kPolicyMovedFlows); }

  struct Found {
    uint32_t generation;
    uint64_t offset;
    std::string path;
    friend bool operator==(const Found&, const Found&) = default;
  };
  const std::shared_ptr<pipeline::RuleCosts> costs_ = std::make_shared<pipeline::RuleCosts>();
  event::RecordRing ring_{4096};
  PacketStore store_;
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_{8192};
  std::vector<packet::Packet*> recycled_;
  std::vector<Found> found_;
  Timestamp last_;
  uint32_t generation_ = 1;
};

std::string Head(size_t body) { return "PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n"; }

TEST_F(PoliciesTest, AThousandFollowOneAnotherWhileConnectionsStayOpen) {
  const std::shared_ptr<const bundle::Bundle> earlier = PolicyWith("earlier-word"), later = PolicyWith("later-word");
  Connection old(40000);
  old.Say(Head(3000) + std::string(400, 'x') + "earlier-word");
  Play(old);
  std::vector<Connection> others;
  for (uint32_t i = 0; i < 1000; ++i) {
    Publish(i % 2 == 0 ? earlier : later);
    // Each of the policies has a flow that stays: in the middle of a body, of a compressed one, or of nothing known.
    if (i >= 40) continue;
    others.emplace_back(static_cast<uint16_t>(41000 + i));
    others.back().Say(i % 3 == 0 ? Head(10'000) + "begun " : i % 3 == 1 ? "no protocol " : Head(10'000) + std::string("\x1f\x8b\x08\0\0\0\0\0\0\3 ", 11));
    Play(others.back());
  }
  EXPECT_TRUE(found_.empty());
  old.Say(std::string(500, 'y') + "later-word" + std::string(100, 'z') + "earlier-word");
  Play(old);
  EXPECT_EQ(Moved(), 1u) << "only what was touched";
  EXPECT_EQ(found_, (std::vector<Found>{{1001, 400 + 12 + 500, "http.request.body"}}));
  found_.clear();
  for (Connection& other : others) {
    other.Say("later-word");
    Play(other);
  }
  // Since the last two began, the policies that followed have taken turns in the slots that none of them needs.
  EXPECT_EQ(Moved(), 39u);
  EXPECT_GE(found_.size(), 26u) << "all but the compressed ones, which are corrupt";
  for (const Found& found : found_) EXPECT_TRUE(found.generation == 1001u || found.generation == 41u) << found.generation;
  // They have moved once, and stay.
  for (Connection& other : others) {
    other.Say("more");
    Play(other);
  }
  EXPECT_EQ(Moved(), 39u);
  End();
}

TEST_F(PoliciesTest, WhatARuleTookIsKeptWhenItsPolicyIsGone) {
  const std::shared_ptr<const bundle::Bundle> earlier = PolicyWith("earlier-word"), later = PolicyWith("later-word");
  EXPECT_TRUE(costs_->Sum().empty());
  Publish(earlier);
  Connection old(40000);
  old.Say(Head(3000) + "earlier-word earlier-word later-word");
  Play(old);
  ASSERT_EQ(costs_->Sum().size(), 1u);
  const pipeline::RuleCost first = costs_->Sum().at("us.word");
  EXPECT_EQ(first.hits, 2u);
  EXPECT_EQ(first.confirmed, 2u);
  EXPECT_GT(first.cycles, 0u);
  for (size_t i = 0; i < pipeline::Inspector::kPolicySlots; ++i) {
    Publish(later);
    Connection another(static_cast<uint16_t>(42000 + i));
    another.Say(Head(3000) + "begun ");
    Play(another);
  }
  Publish(later);
  old.Say(" earlier-word later-word later-word ");
  Play(old);
  const pipeline::RuleCost both = costs_->Sum().at("us.word");
  EXPECT_EQ(both.hits, 4u) << "two of the policy that is gone, two of the one that its flow moved to";
  EXPECT_EQ(both.confirmed, 4u);
  EXPECT_GT(both.cycles, first.cycles);
  EXPECT_EQ(earlier.use_count(), 1) << "nothing holds a policy for the sake of its numbers";
  End();
}

TEST_F(PoliciesTest, AFlowKeepsItsPolicyWhileThereIsASlot) {
  const std::shared_ptr<const bundle::Bundle> earlier = PolicyWith("earlier-word"), later = PolicyWith("later-word");
  Publish(earlier);
  Connection old(40000);
  old.Say(Head(3000) + "begun ");
  Play(old);
  for (size_t i = 1; i < pipeline::Inspector::kPolicySlots; ++i) {
    Publish(later);
    Connection another(static_cast<uint16_t>(42000 + i));
    another.Say(Head(3000) + "begun ");
    Play(another);
  }
  old.Say("earlier-word later-word ");
  Play(old);
  EXPECT_EQ(Moved(), 0u);
  EXPECT_EQ(found_, (std::vector<Found>{{2, 6, "http.request.body"}}));
  Publish(later);
  old.Say("later-word ");
  Play(old);
  EXPECT_EQ(Moved(), 1u);
  ASSERT_EQ(found_.size(), 2u);
  EXPECT_EQ(found_[1], (Found{generation_, 6 + 24, "http.request.body"}));
  End();
}

TEST_F(PoliciesTest, AFlowThatEndsWithoutItsPolicyGivesEverythingBack) {
  const std::shared_ptr<const bundle::Bundle> policy = PolicyWith("earlier-word");
  // More rounds than there are objects: what was not given back would be missing.
  for (int round = 0; round < 100; ++round) {
    Connection connection(static_cast<uint16_t>(40000 + round));
    connection.Say(Head(3000) + "earlier-word");
    Play(connection);
    for (size_t i = 0; i < pipeline::Inspector::kPolicySlots; ++i) {
      Publish(policy);
      Connection another(static_cast<uint16_t>(50000 + 10 * round + static_cast<int>(i)));
      another.Say("GET / HTTP/1.1\r\n");
      Play(another);
    }
    connection.session.Reset(Side::kClient);
    Play(connection);
    End();
  }
  EXPECT_GE(Moved(), 100u);
  EXPECT_EQ(pipeline_->statistics().counters.value(PipelineCounter::kObjectTableFull), 0u);
  EXPECT_EQ(pipeline_->statistics().counters.value(PipelineCounter::kScanFailures), 0u);
}

}  // namespace
}  // namespace sluice::test
