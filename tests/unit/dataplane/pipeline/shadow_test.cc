// A policy that is tried beside the one in force: what it would have done differently is counted, and nothing else happens.
#include "dataplane/pipeline/shadow.h"

#include <gtest/gtest.h>

#include "dataplane/event/record_ring.h"
#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

using pipeline::ShadowChange;
using pipeline::ShadowReport;
using pipeline::ShadowRule;

constexpr char kFrame[] = R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
)";

// The rule of BlockingPolicy only alerts, the watched word is no more, another one is stopped.
std::shared_ptr<const bundle::Bundle> OtherPolicy() {
  return PolicyOf(std::string(kFrame) + R"(
detectors:
  mark: {literals: [机密★, TOPSECRET-MARK]}
  plan: {literals: [battle-plan]}
rules:
  - {id: cn.mark, title: A mark, severity: critical, action: alert, scope: {direction: both}, detect: mark}
  - {id: us.plan, title: A plan, severity: high, action: block, scope: {direction: both}, detect: plan}
)");
}

class ShadowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline::PipelineOptions options;
    options.mode = stream::Mode::kInline;
    options.can_inject = true;
    options.flow.capacity = 1024;
    options.tcp.max_held_packets = 1024;
    options.sessions.max_sessions = options.max_objects = 256;
    pipeline_ = pipeline::Pipeline::Create(options, BlockingPolicy(), &ring_).value();
    pipeline::IntakeOptions intake;
    intake.mode = options.mode;
    intake_ = pipeline::Intake::Create(intake, &ring_).value();
  }
  std::unique_ptr<pipeline::Shadow> Try(const std::shared_ptr<const bundle::Bundle>& policy, uint32_t generation = 1, uint32_t of = 1) {
    std::unique_ptr<pipeline::Shadow> shadow =
        pipeline_->PrepareShadow(pipeline::ShadowPlan::Make(*BlockingPolicy(), policy, of), generation).value();
    pipeline_->JudgeBeside(shadow.get());
    return shadow;
  }
  static std::vector<TimedFrame> Upload(const std::string& body, uint16_t port, size_t segment = 500) {
    TcpSessionOptions options;
    options.client_port = port;
    TcpSession session(options);
    session.Handshake();
    const std::string stream = "PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (size_t at = 0; at < stream.size(); at += segment) session.Segment(Side::kClient, static_cast<int64_t>(at), stream.substr(at, segment));
    return session.frames();
  }
  void Play(const std::vector<TimedFrame>& frames) {
    for (const TimedFrame& frame : frames) {
      packet::Packet* packet = store_.Add(frame.bytes, frame.time);
      if (packet::Packet* ready = intake_->Accept(*packet, out_)) pipeline_->Process({&ready, 1}, out_, recycled_);
      last_ = frame.time;
    }
  }
  void End() { pipeline_->Drain(last_, out_, recycled_); }
  uint64_t Count(pipeline::PipelineCounter counter) const { return pipeline_->statistics().counters.value(counter); }
  static ShadowReport ReportOf(const pipeline::Shadow& shadow) {
    ShadowReport report;
    shadow.AddTo(report);
    return report;
  }
  static ShadowRule Of(const ShadowReport& report, const std::string& id) {
    for (const ShadowRule& rule : report.rules) {
      if (rule.id == id) return rule;
    }
    return {};
  }

  event::RecordRing ring_{4096};
  PacketStore store_;
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_{8192};
  std::vector<packet::Packet*> recycled_;
  Timestamp last_;
};

TEST_F(ShadowTest, CountsWhatWouldHaveBeenDifferentAndActsOnNothing) {
  const auto shadow = Try(OtherPolicy());
  Play(Upload(std::string(900, 'a') + "TOPSECRET-MARK" + std::string(900, 'b'), 40001));
  Play(Upload(std::string(900, 'a') + "battle-plan" + std::string(900, 'b'), 40002));
  Play(Upload("please watch-this", 40003));
  Play(Upload("nothing at all", 40004));
  End();
  EXPECT_EQ(Count(pipeline::PipelineCounter::kFlowsBlocked), 1u) << "only what is in force acts";
  EXPECT_EQ(Count(pipeline::PipelineCounter::kFindings), 2u);
  const ShadowReport report = ReportOf(*shadow);
  EXPECT_EQ(report.objects_not_compared, 0u);
  EXPECT_GE(report.objects, 8u) << "heads and bodies";
  EXPECT_EQ(report.would_block, 1u);
  EXPECT_EQ(report.would_let_pass, 1u);
  EXPECT_EQ(Of(report, "cn.mark").other_verdict, 1u);
  EXPECT_EQ(Of(report, "us.plan").newly_fires, 1u);
  EXPECT_EQ(Of(report, "tlp.watch").no_longer_fires, 1u);
  ASSERT_EQ(report.examples.size(), 3u);
  for (const pipeline::ShadowExample& example : report.examples) {
    EXPECT_EQ(example.app, "http");
    EXPECT_EQ(example.masked.view().find("TOPSECRET"), std::string_view::npos);
  }
}

TEST_F(ShadowTest, KnowsWhatIsStoppedAtOnce) {
  const auto shadow = Try(OtherPolicy());
  Play(Upload(std::string(900, 'a') + "TOPSECRET-MARK" + std::string(900, 'b'), 40001));
  EXPECT_EQ(ReportOf(*shadow).would_let_pass, 1u) << "while the blocked flow waits for its timeout";
  End();
}

TEST_F(ShadowTest, FindsNoDifferenceBetweenAPolicyAndItself) {
  const auto shadow = Try(BlockingPolicy());
  for (uint16_t i = 0; i < 40; ++i) Play(Upload(std::string(i * 97, 'a') + "TOPSECRET-MARK watch-this" + std::string(300, 'b'), static_cast<uint16_t>(41000 + i), 100 + i));
  End();
  const ShadowReport report = ReportOf(*shadow);
  EXPECT_EQ(Of(report, "cn.mark").same, 40u);
  EXPECT_EQ(report.would_block + report.would_let_pass, 0u);
  EXPECT_TRUE(report.examples.empty());
  EXPECT_EQ(report.objects_not_compared, 0u);
}

TEST_F(ShadowTest, CountsObjectsForWhichThereIsNoRoom) {
  const auto shadow = Try(OtherPolicy());
  for (uint16_t i = 0; i < 300; ++i) {
    std::vector<TimedFrame> frames = Upload(std::string(900, 'a'), static_cast<uint16_t>(42000 + i));
    frames.resize(frames.size() - 1);  // stays open
    Play(frames);
  }
  EXPECT_GT(ReportOf(*shadow).objects_not_compared + Count(pipeline::PipelineCounter::kObjectTableFull), 0u);
  End();
}

TEST_F(ShadowTest, LetsGoOfWhatAnotherShadowOpened) {
  auto first = Try(OtherPolicy());
  const std::vector<TimedFrame> frames = Upload(std::string(900, 'a') + "battle-plan" + std::string(900, 'b'), 40001, 400);
  Play({frames.begin(), frames.begin() + 5});
  const auto second = Try(OtherPolicy(), 2);
  first.reset();
  Play({frames.begin() + 5, frames.end()});
  Play(Upload("battle-plan", 40002));
  pipeline_->JudgeBeside(nullptr);
  Play(Upload("battle-plan", 40003));
  End();
  EXPECT_EQ(Of(ReportOf(*second), "us.plan").newly_fires, 1u) << "objects that began under it";
}

TEST_F(ShadowTest, ComparesOnlyFlowsOfThePolicyThatItWasGiven) {
  const auto shadow = Try(OtherPolicy(), 1, 2);
  Play(Upload("battle-plan", 40001));
  End();
  EXPECT_EQ(ReportOf(*shadow).objects, 0u);
}

}  // namespace
}  // namespace sluice::test
