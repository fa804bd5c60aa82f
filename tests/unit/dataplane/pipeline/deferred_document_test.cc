// Documents that an extractor reads while the flow goes on or is held, driven as a worker drives them: real processes, a clock of our own.
#include <gtest/gtest.h>

#include <ctime>
#include <deque>

#include "dataplane/packet/parse.h"
#include "dataplane/pipeline/pipeline.h"
#include "dataplane/replay/record_list.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

// Nobody but the extractor sees the marking in it.
const std::string kSecret = "reverse KRAM-TERCESPOT";

struct Options {
  stream::Mode mode = stream::Mode::kInline;
  bool hold = true;
  uint32_t cells = 2;
  uint32_t flow_capacity = 1u << 10;
  std::chrono::milliseconds longest_wait{20'000};
  std::shared_ptr<const bundle::Bundle> policy = BlockingPolicy();
};

// One worker's pipeline without its ports.
class Appliance {
 public:
  explicit Appliance(const Options& options) {
    pipeline::IntakeOptions intake;
    intake.mode = options.mode;
    intake_ = pipeline::Intake::Create(intake, &records_).value();
    pipeline::PipelineOptions given;
    given.mode = options.mode;
    given.can_inject = options.mode == stream::Mode::kInline;
    given.flow.capacity = options.flow_capacity;
    given.tcp.max_held_packets = 256;
    given.sessions.max_sessions = given.max_objects = 1u << 10;
    given.record_flows = given.record_objects = true;
    given.decode.extraction.program = places::ProgramsFolder() + "/misbehaving-extractor";
    given.decode.extraction.waits = false;
    given.decode.extraction.cells = options.cells;
    given.decode.extraction.longest_wait = options.longest_wait;
    given.decode.extraction.limits.cpu_milliseconds = 300;
    given.hold_for_documents = options.hold;
    for (size_t i = 0; i < given.peer_ports.size(); ++i) given.peer_ports[i] = static_cast<uint8_t>(i);
    pipeline_ = pipeline::Pipeline::Create(given, options.policy, &records_).value();
  }

  void Push(const TimedFrame& frame) {
    now_ = std::max(now_, frame.time);
    const Bytes& bytes = memory_.emplace_back(frame.bytes);
    packet::Packet& packet = packets_.emplace_back();
    packet.data = bytes.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(bytes.size());
    packet.time = now_;
    packet.link_type = packet::LinkType::kEthernet;
    packet::Packet* ready = intake_->Accept(packet, out_);
    if (ready != nullptr) pipeline_->Process(std::span(&ready, 1), out_, recycled_);
    TakeOutput();
  }
  void Push(const TcpSession& session) {
    for (; pushed_ < session.frames().size(); ++pushed_) Push(session.frames()[pushed_]);
  }
  // A millisecond of the worker's life and of the extractors'.
  void Turn() {
    constexpr timespec kMillisecond = {0, 1'000'000};
    nanosleep(&kMillisecond, nullptr);
    Pass(std::chrono::milliseconds(1));
  }
  void Pass(Nanoseconds time) {
    now_ = now_ + time;
    pipeline_->TakeDocuments(now_, out_, recycled_);
    TakeOutput();
    pipeline_->Tick(now_, out_, recycled_);
    TakeOutput();
  }
  template <typename Condition>
  bool Eventually(Condition condition) {
    for (int turn = 0; turn < 5000 && !condition(); ++turn) Turn();
    return condition();
  }
  void End() {
    pipeline_->Drain(now_, out_, recycled_);
    TakeOutput();
  }

  std::vector<std::string> Kinds(event::RecordKind kind) const {
    std::vector<std::string> seen;
    for (size_t i = 0; i < records_.size(); ++i) {
      const event::Record& record = records_[i];
      if (record.kind != kind) continue;
      if (kind == event::RecordKind::kAnomaly) seen.emplace_back(record.body.anomaly.kind);
      if (kind == event::RecordKind::kFinding) seen.emplace_back(record.body.finding.object.path.view());
      if (kind == event::RecordKind::kFlow) seen.emplace_back(record.body.flow.final ? "final" : "alive");
    }
    return seen;
  }
  std::vector<std::string> findings() const { return Kinds(event::RecordKind::kFinding); }
  std::vector<std::string> anomalies() const { return Kinds(event::RecordKind::kAnomaly); }
  size_t ended_flows() const { return Kinds(event::RecordKind::kFlow).size(); }
  uint64_t Count(pipeline::PipelineCounter counter) const { return pipeline_->statistics().counters.value(counter); }
  uint64_t Fate(content::Fate fate) const { return pipeline_->statistics().fates.value(fate); }
  const std::vector<Bytes>& sent() const { return sent_; }
  std::string ServerHas() const { return Received(sent_, 80); }
  std::string ClientHas(uint16_t port = 40000) const { return Received(sent_, port); }
  // Every byte that came has one fate.
  bool SumsAgree() const {
    pipeline::Totals totals;
    totals.Add(intake_->statistics());
    totals.Add(pipeline_->statistics());
    return totals.AccountedBytes() == totals.bytes;
  }

 private:
  void TakeOutput() {
    for (const pipeline::Forward& forward : out_.forward) sent_.emplace_back(forward.packet->data, forward.packet->data + forward.packet->length);
    for (const pipeline::Injection& injection : out_.injections) {
      const ByteView frame = out_.FrameOf(injection);
      sent_.emplace_back(frame.begin(), frame.end());
    }
    out_.Clear();
    for (packet::Packet* datagram : recycled_) intake_->Recycle(*datagram);
    recycled_.clear();
  }

  replay::RecordList records_;
  pipeline::Output out_{4096};
  std::unique_ptr<pipeline::Intake> intake_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::vector<packet::Packet*> recycled_;
  std::deque<packet::Packet> packets_;
  std::deque<Bytes> memory_;
  std::vector<Bytes> sent_;
  size_t pushed_ = 0;
  Timestamp now_;
};

std::string Put(const std::string& body) {
  return "PUT /f.pdf HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string Pdf(const std::string& order) { return "%PDF-1.4 " + order; }

TcpSession Uploading(const std::string& request, uint16_t port = 40000) {
  TcpSession session({.client_port = port});
  session.Handshake();
  for (size_t at = 0; at < request.size(); at += 1000) session.Send(Side::kClient, request.substr(at, 1000));
  return session;
}

std::string Long(const std::string& order) { return order + " " + std::string(3000, 'x'); }

TEST(DeferredDocument, IsHeldBeforeItsLastPacketAndBlocked) {
  Appliance appliance({});
  const std::string request = Put(Pdf(Long(kSecret)));
  appliance.Push(Uploading(request));
  EXPECT_EQ(appliance.Count(pipeline::PipelineCounter::kFlowsHeld), 1u);
  EXPECT_LT(appliance.ServerHas().size(), request.size()) << "the last packet waits";
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  EXPECT_EQ(appliance.findings()[0], "http.request.body\npdf:text");
  EXPECT_LT(appliance.ServerHas().size(), request.size()) << "it never went";
  EXPECT_NE(appliance.ClientHas().find("403"), std::string::npos) << appliance.ClientHas();
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

uint32_t TimestampOf(const Bytes& frame) {
  packet::Packet packet;
  packet.data = frame.data();
  packet.length = packet.wire_length = static_cast<uint32_t>(frame.size());
  EXPECT_EQ(packet::Parse(packet, {}), packet::ParseOutcome::kTransport);
  EXPECT_TRUE(packet.headers.tcp.has_timestamp);
  return packet.headers.tcp.timestamp_value;
}

TEST(DeferredDocument, IsAnsweredByAPageThatIsNotOlderThanWhatItsClientKnows) {
  Appliance appliance({});
  TcpSession session({.use_timestamps = true});
  session.Handshake().Send(Side::kClient, Put(Pdf(Long(kSecret))).substr(0, 1400)).Send(Side::kClient, Put(Pdf(Long(kSecret))).substr(1400));
  session.Wait(std::chrono::seconds(5)).Acknowledge(Side::kServer);
  appliance.Push(session);
  const uint32_t known = TimestampOf(session.frames().back().bytes);
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  for (const Bytes& frame : appliance.sent()) {
    if (std::string(frame.begin(), frame.end()).find("403") == std::string::npos) continue;
    EXPECT_GE(static_cast<int32_t>(TimestampOf(frame) - known), 0);
    return;
  }
  FAIL() << "there is no page";
}

TEST(DeferredDocument, GoesOnAsItCameWhenNothingIsFound) {
  Appliance appliance({});
  const std::string request = Put(Pdf(Long("echo nothing")));
  const TcpSession session = Uploading(request);
  appliance.Push(session);
  const size_t before = appliance.sent().size();
  ASSERT_TRUE(appliance.Eventually([&] { return appliance.ServerHas().size() == request.size(); }));
  EXPECT_EQ(appliance.sent().size(), before + 1);
  EXPECT_EQ(appliance.sent().back(), session.frames().back().bytes) << "byte for byte";
  EXPECT_TRUE(appliance.ServerHas() == request);
  EXPECT_TRUE(appliance.anomalies().empty());
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
  EXPECT_EQ(appliance.Fate(content::Fate::kUnopenedContainer), 0u);
}

TEST(DeferredDocument, HoldsItsDirectionOnly) {
  Appliance appliance({});
  const std::string request = Put(Pdf(Long("silence")));
  TcpSession session = Uploading(request);
  appliance.Push(session);
  const size_t held_at = appliance.ServerHas().size();
  const size_t before = appliance.sent().size();
  session.Send(Side::kClient, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  session.Segment(Side::kServer, 0, "", packet::TcpFlag::kAck);
  appliance.Push(session);
  EXPECT_EQ(appliance.ServerHas().size(), held_at);
  EXPECT_EQ(appliance.sent().size(), before + 1) << "the server's acknowledgement";
  EXPECT_EQ(appliance.Fate(content::Fate::kHeldForDocument), 31u);
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, GoesOnWhenTheHoldIsOver) {
  Appliance appliance({});
  const std::string request = Put(Pdf(Long("silence")));
  appliance.Push(Uploading(request));
  appliance.Turn();
  appliance.Pass(std::chrono::seconds(11));
  EXPECT_TRUE(appliance.ServerHas() == request);
  EXPECT_EQ(appliance.anomalies(), (std::vector<std::string>{"hold_expired"}));
  EXPECT_EQ(appliance.Count(pipeline::PipelineCounter::kHoldsExpired), 1u);
}

TEST(DeferredDocument, IsStoppedWhenTheHoldIsOverAndThePolicySaysSo) {
  Appliance appliance({.policy = PolicyOf("pack: {id: test, title: Test}\nfail: {uninspectable: closed}\n"
                                          "detectors: {mark: {literals: [TOPSECRET-MARK]}}\n"
                                          "rules: [{id: a.b, title: T, severity: high, action: block, detect: mark}]\n")});
  const std::string request = Put(Pdf(Long("silence")));
  appliance.Push(Uploading(request));
  appliance.Turn();
  appliance.Pass(std::chrono::seconds(11));
  EXPECT_LT(appliance.ServerHas().size(), request.size());
  EXPECT_EQ(appliance.Count(pipeline::PipelineCounter::kFlowsBlocked), 1u);
}

TEST(DeferredDocument, LeavesAtOnceWithoutHoldAndStopsWhatFollows) {
  Appliance appliance({.hold = false});
  const std::string request = Put(Pdf(Long(kSecret)));
  TcpSession session = Uploading(request);
  appliance.Push(session);
  EXPECT_TRUE(appliance.ServerHas() == request);
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  session.Send(Side::kClient, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  appliance.Push(session);
  EXPECT_TRUE(appliance.ServerHas() == request);
}

TEST(DeferredDocument, HoldsTheEndOfARawStream) {
  Appliance appliance({});
  TcpSession session({.server_port = 80});
  session.Handshake().Send(Side::kClient, Pdf(Long(kSecret))).Finish();
  appliance.Push(session);
  const auto has_fin = [](const std::vector<Bytes>& frames) {
    for (const Bytes& frame : frames) {
      if (frame.size() > 47 && frame[36] == 0 && frame[37] == 80 && (frame[47] & packet::TcpFlag::kFin) != 0) return true;
    }
    return false;
  };
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  EXPECT_EQ(appliance.findings()[0], "tcp.stream\npdf:text");
  EXPECT_FALSE(has_fin(appliance.sent())) << "the server never sees an orderly end";
}

TEST(DeferredDocument, IsFoundOnATapThoughItsFlowIsOver) {
  Appliance appliance({.mode = stream::Mode::kTap});
  TcpSession session = Uploading(Put(Pdf(Long(kSecret))));
  session.Download("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").Finish();
  appliance.Push(session);
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  EXPECT_EQ(appliance.findings()[0], "http.request.body\npdf:text");
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, KeepsTheRecordOfItsFlowWaiting) {
  Appliance appliance({.mode = stream::Mode::kTap});
  TcpSession session = Uploading(Put(Pdf(Long("silence"))));
  session.Download("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").Finish();
  appliance.Push(session);
  appliance.Pass(std::chrono::seconds(12));
  EXPECT_EQ(appliance.ended_flows(), 0u) << "closed, and its time is over, but not its document";
  appliance.End();
  EXPECT_EQ(appliance.ended_flows(), 1u);
  EXPECT_EQ(appliance.anomalies(), (std::vector<std::string>{"not_awaited"}));
  EXPECT_GT(appliance.Fate(content::Fate::kUnopenedContainer), 3000u);
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, TakesNoLongerThanItMay) {
  Appliance appliance({.mode = stream::Mode::kTap, .longest_wait = std::chrono::milliseconds(200)});
  appliance.Push(Uploading(Put(Pdf(Long("silence")))));
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.anomalies().empty(); }));
  EXPECT_EQ(appliance.anomalies(), (std::vector<std::string>{"extractor_limit"}));
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, SurvivesTheDeathOfItsExtractor) {
  Appliance appliance({});
  const std::string request = Put(Pdf(Long("socket")));
  appliance.Push(Uploading(request));
  ASSERT_TRUE(appliance.Eventually([&] { return appliance.ServerHas().size() == request.size(); }));
  EXPECT_EQ(appliance.anomalies(), (std::vector<std::string>{"extractor_died"}));
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, WaitsForItsTurn) {
  Appliance appliance({.mode = stream::Mode::kTap, .cells = 1});
  constexpr uint16_t kFlows = 20;
  for (uint16_t i = 0; i < kFlows; ++i) {
    const TcpSession session = Uploading(Put(Pdf(Long(kSecret))), static_cast<uint16_t>(40000 + i));
    for (const TimedFrame& frame : session.frames()) appliance.Push(frame);
  }
  EXPECT_TRUE(appliance.Eventually([&] { return appliance.findings().size() == kFlows; })) << appliance.findings().size();
  EXPECT_TRUE(appliance.anomalies().empty());
}

TEST(DeferredDocument, HasItsWholePathAndDocumentsWithinIt) {
  Appliance appliance({.mode = stream::Mode::kTap, .cells = 2});
  appliance.Push(Uploading(Put(Pdf("nest nest nest " + kSecret))));
  ASSERT_TRUE(appliance.Eventually([&] { return !appliance.findings().empty(); }));
  EXPECT_EQ(appliance.findings()[0], "http.request.body\npdf:inner\npdf:inner\npdf:inner\npdf:text");
  appliance.End();
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, LetsWhatStandsBehindItInItsContainerGoOn) {
  const std::string boundary = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n";
  const std::string body = boundary + Pdf(Long("silence")) + "\r\n" + boundary + "watch-this\r\n--b--\r\n";
  const std::string request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  Appliance appliance({.mode = stream::Mode::kTap});
  appliance.Push(Uploading(request));
  ASSERT_FALSE(appliance.findings().empty()) << "at once";
  EXPECT_NE(appliance.findings().back().find("multipart"), std::string::npos) << appliance.findings().back();
  appliance.End();
  EXPECT_EQ(appliance.anomalies(), (std::vector<std::string>{"not_awaited"}));
  EXPECT_TRUE(appliance.SumsAgree());
}

TEST(DeferredDocument, GivesWayWithItsFlow) {
  Appliance appliance({.mode = stream::Mode::kTap, .flow_capacity = 1024});
  for (uint16_t i = 0; i < 40; ++i) {
    TcpSession session({.client_port = 50000});
    session.Handshake().Send(Side::kClient, Put(Pdf(Long("silence"))));
    session.Reset(Side::kClient);
    for (const TimedFrame& frame : session.frames()) appliance.Push(frame);  // the same ports each time
  }
  appliance.End();
  EXPECT_FALSE(appliance.anomalies().empty());
  EXPECT_TRUE(appliance.SumsAgree());
}

}  // namespace
}  // namespace sluice::test
