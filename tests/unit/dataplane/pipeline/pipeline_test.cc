#include <gtest/gtest.h>

#include <map>

#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

using verdict::ActionTaken;
using verdict::Verdict;

std::string Put(const std::string& body, const std::string& path = "/report.txt") {
  return "PUT " + path + " HTTP/1.1\r\nHost: files.example\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

const std::string kMark = "机密★10年";
constexpr char kOk[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

void ExpectBytesAddUp(const Seen& seen) { EXPECT_EQ(seen.totals.bytes, seen.totals.AccountedBytes()); }

TEST(Pipeline, FindsMarkInHttpBody) {
  const auto frames = TcpSession().Handshake().Upload(Put("first line\n" + kMark + "\n")).Download(kOk).Finish().frames();
  const Seen seen = Play(frames, BlockingPolicy());
  ASSERT_EQ(seen.findings.size(), 1u);
  const SeenFinding& finding = seen.findings[0];
  EXPECT_EQ(finding.rule, "cn.mark");
  EXPECT_EQ(finding.app, "http");
  EXPECT_EQ(finding.object_path, "http.request.body");
  EXPECT_EQ(finding.object_name, "/report.txt");
  EXPECT_EQ(finding.encoding, "utf-8");
  EXPECT_EQ(finding.offset, 11u);
  EXPECT_EQ(finding.length, 9u);
  EXPECT_EQ(finding.verdict, Verdict::kBlock);
  EXPECT_EQ(finding.masked.find("密"), std::string::npos);
  EXPECT_EQ(finding.flow, "10.0.0.1/40000 10.0.0.2/80");
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, FindsNothingInCleanTraffic) {
  const auto frames = TcpSession().Handshake().Upload(Put("nothing to see here 机密资料")).Download(kOk).Finish().frames();
  const Seen seen = Play(frames, BlockingPolicy());
  EXPECT_TRUE(seen.findings.empty());
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectBytesAddUp(seen);
  EXPECT_EQ(seen.totals.bytes, seen.totals.fates[static_cast<size_t>(content::Fate::kInspected)]);
}

TEST(Pipeline, FindsMarkInGb18030AndUtf16) {
  const std::string gbk = "\xbb\xfa\xc3\xdc\xa1\xef" "10";
  const std::string utf16 = std::string("\x3a\x67\xc6\x5b\x05\x26", 6);
  for (const auto& [bytes, name] : {std::pair{gbk, "gb18030"}, std::pair{utf16, "utf-16le"}}) {
    const auto frames = TcpSession().Handshake().Upload(Put("  " + bytes)).Download(kOk).Finish().frames();
    const Seen seen = Play(frames, BlockingPolicy());
    ASSERT_EQ(seen.findings.size(), 1u) << name;
    EXPECT_EQ(seen.findings[0].encoding, name);
  }
}

TEST(Pipeline, FindsMarkInRawTcpAndUdp) {
  const auto tcp = TcpSession({.server_port = 9999}).Handshake().Upload("\x01\x02raw bytes " + kMark).Finish().frames();
  const Seen seen_tcp = Play(tcp, BlockingPolicy());
  ASSERT_EQ(seen_tcp.findings.size(), 1u);
  EXPECT_EQ(seen_tcp.findings[0].object_path, "tcp.stream");
  const TimedFrame datagram{Timestamp::FromNanoseconds(1), FrameBuilder().Ethernet().Ipv4().Udp({.dst_port = 514}).Payload(kMark).Build()};
  const Seen seen_udp = Play({datagram}, BlockingPolicy());
  ASSERT_EQ(seen_udp.findings.size(), 1u);
  EXPECT_EQ(seen_udp.findings[0].object_path, "udp.payload");
  ExpectBytesAddUp(seen_udp);
}

TEST(Pipeline, InlineBlocksUploadBeforeTheMarkIsComplete) {
  const std::string body = std::string(5000, 'a') + kMark + std::string(5000, 'b');
  const auto frames = TcpSession().Handshake().Upload(Put(body)).Download(kOk).Finish().frames();
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].action, ActionTaken::kBlockPage);
  const std::string served = Received(seen.sent, 80);
  EXPECT_EQ(served.find("机密★"), std::string::npos);
  EXPECT_EQ(served.find('b'), std::string::npos);
  EXPECT_GT(served.size(), 4000u);
  const std::string told = Received(seen.sent, 40000);
  EXPECT_NE(told.find("HTTP/1.1 403"), std::string::npos) << told;
  EXPECT_NE(told.find("A mark"), std::string::npos);
  EXPECT_EQ(told.find("201 Created"), std::string::npos);
  EXPECT_EQ(seen.totals.counters.at("flows_blocked"), 1u);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, InlineResetsTheServerAtExactlyTheByteItWaitsFor) {
  TcpSession session;
  const std::string request = Put(std::string(3000, 'a') + kMark);
  const auto frames = session.Handshake().Upload(request).frames();
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  const std::string served = Received(seen.sent, 80);
  int resets = 0;
  for (const Bytes& frame : seen.sent) {
    packet::Packet packet;
    packet.data = frame.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(frame.size());
    ASSERT_EQ(packet::Parse(packet, {}), packet::ParseOutcome::kTransport);
    if ((packet.headers.tcp.flags & packet::TcpFlag::kRst) == 0 || packet.headers.dst_port != 80) continue;
    ++resets;
    EXPECT_EQ(packet.headers.tcp.seq, 1001u + served.size());
  }
  EXPECT_EQ(resets, 1);
}

TEST(Pipeline, InlineForwardsCleanTrafficUntouched) {
  const auto frames = TcpSession().Handshake().Upload(Put(std::string(20000, 'x'))).Download(kOk).Finish().frames();
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.sent.size(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(seen.sent[i], frames[i].bytes) << i;
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, InlineHoldsSegmentsAheadUntilTheGapIsFilled) {
  TcpSession session;
  session.Handshake();
  const std::string text = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\nhello, world";
  session.Segment(Side::kClient, 30, text.substr(30)).Segment(Side::kClient, 0, text.substr(0, 30));
  const auto frames = session.frames();
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.sent.size(), frames.size());
  EXPECT_EQ(seen.sent[3], frames[4].bytes);
  EXPECT_EQ(seen.sent[4], frames[3].bytes);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, InlineGoesOnBehindWhatPassedBesideIt) {
  const std::string body = std::string(2000, 'a') + std::string(50'000, 'b') + std::string(1000, 'c') + kMark + std::string(1000, 'd');
  const std::string text = Put(body);
  const size_t first = text.find('b'), second = text.find('c');
  TcpSession session;
  session.Handshake().Upload(text.substr(0, first));
  const size_t passes = session.frames().size();
  session.Upload(text.substr(first, second - first));
  const size_t back = session.frames().size();
  session.Upload(text.substr(second, 500)).Upload(text.substr(second + 500, 500)).Upload(text.substr(second + 1000));
  std::vector<TimedFrame> frames = session.frames();
  const auto from = frames.begin() + static_cast<ptrdiff_t>(passes), to = frames.begin() + static_cast<ptrdiff_t>(back) - 1;
  const std::vector<TimedFrame> beside(from, to);
  frames.erase(from, to);
  std::swap(frames[passes].bytes, frames[passes + 1].bytes);  // what is sent next comes before the acknowledgement of what passed

  const Seen seen = Play(frames, BlockingPolicy("open"), {.mode = stream::Mode::kInline});
  std::vector<Bytes> arrived(seen.sent.begin(), seen.sent.begin() + static_cast<ptrdiff_t>(passes));
  for (const TimedFrame& frame : beside) arrived.push_back(frame.bytes);
  arrived.insert(arrived.end(), seen.sent.begin() + static_cast<ptrdiff_t>(passes), seen.sent.end());
  EXPECT_EQ(Received(arrived, 80), text.substr(0, second + 1000)) << "what waited has gone on, and the mark has not";
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].rule, "cn.mark");
  EXPECT_EQ(seen.findings[0].offset, body.find(kMark));
  EXPECT_EQ(seen.findings[0].verdict, Verdict::kBlock);
  uint64_t skipped = 0;
  for (const event::Record& record : seen.records) {
    if (record.kind == event::RecordKind::kAnomaly && std::string_view(record.body.anomaly.kind) == "gap_skipped") skipped += record.body.anomaly.bytes_uninspected;
  }
  EXPECT_EQ(skipped, second - first) << "as many as passed beside";
  ExpectBytesAddUp(seen);
  // A policy that lets nothing pass believes no such acknowledgement.
  const Seen closed = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(Received(closed.sent, 80).size(), first);
}

TEST(Pipeline, BlockedFlowStaysBlocked) {
  TcpSession session;
  session.Handshake().Upload(Put(kMark)).Upload(Put("clean")).Upload("more");
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(Received(seen.sent, 80).find("clean"), std::string::npos);
  EXPECT_EQ(seen.findings.size(), 1u);
  EXPECT_GT(seen.totals.fates[static_cast<size_t>(content::Fate::kBlockedFlow)], 0u);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, BlocksDownloadsByReset) {
  const std::string body = "x" + kMark;
  const auto frames = TcpSession()
                          .Handshake()
                          .Upload("GET /secret HTTP/1.1\r\nHost: h\r\n\r\n")
                          .Download("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
                          .frames();
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].action, ActionTaken::kReset);
  EXPECT_EQ(Received(seen.sent, 40000).find("机密"), std::string::npos);
}

TEST(Pipeline, TapWithAResponsePortResetsBothSidesWhereTheyAre) {
  TcpSession session;
  const std::string request = Put(kMark);
  session.Handshake().Send(Side::kClient, request);
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.response_port = true});
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].action, ActionTaken::kReset);
  std::map<uint16_t, uint32_t> resets;  // destination port: sequence number
  for (const Bytes& frame : seen.sent) {
    packet::Packet packet;
    packet.data = frame.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(frame.size());
    ASSERT_EQ(packet::Parse(packet, {}), packet::ParseOutcome::kTransport);
    if ((packet.headers.tcp.flags & packet::TcpFlag::kRst) != 0) resets[packet.headers.dst_port] = packet.headers.tcp.seq;
  }
  // A tap's server has the segment already; the client waits for the server's first byte.
  EXPECT_EQ(resets, (std::map<uint16_t, uint32_t>{{80, 1001 + static_cast<uint32_t>(request.size())}, {40000, 5001}}));
}

// What the client had sent before its reset came reached the server, too: it waits for a later byte than the first reset named.
TEST(Pipeline, TapResetsAgainWhereTheConnectionHasGoneOn) {
  TcpSession session;
  const std::string request = Put(std::string(kMark) + std::string(3000, 'x'));
  session.Handshake().Send(Side::kClient, std::string_view(request).substr(0, request.size() - 2000));
  session.Send(Side::kClient, std::string_view(request).substr(request.size() - 2000, 1000)).Send(Side::kClient, std::string_view(request).substr(request.size() - 1000));
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.response_port = true});
  ASSERT_EQ(seen.findings.size(), 1u);
  uint32_t last = 0;
  int towards_client = 0;
  for (const Bytes& frame : seen.sent) {
    packet::Packet packet;
    packet.data = frame.data();
    packet.length = packet.wire_length = static_cast<uint32_t>(frame.size());
    ASSERT_EQ(packet::Parse(packet, {}), packet::ParseOutcome::kTransport);
    if ((packet.headers.tcp.flags & packet::TcpFlag::kRst) == 0) continue;
    if (packet.headers.dst_port == 80) last = packet.headers.tcp.seq;
    else ++towards_client;
  }
  EXPECT_EQ(last, 1001 + static_cast<uint32_t>(request.size()));
  EXPECT_EQ(towards_client, 3);
}

TEST(Pipeline, BlocksUdpWithoutInjecting) {
  std::vector<TimedFrame> frames;
  for (int i = 0; i < 3; ++i) {
    frames.push_back({Timestamp::FromNanoseconds(i), FrameBuilder().Ethernet().Ipv4().Udp({.dst_port = 514}).Payload(i == 1 ? kMark : "clean").Build()});
  }
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.sent.size(), 1u);
  EXPECT_EQ(seen.sent[0], frames[0].bytes);
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].action, ActionTaken::kDropped);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, FindsMarkThroughTunnelsAndTags) {
  const auto inner = [](FrameBuilder& builder) -> FrameBuilder& { return builder.Ipv4({.src = "192.0.2.1"}).Tcp().Payload("a " + kMark); };
  FrameBuilder vlan, qinq, mpls, gre, vxlan, geneve, pppoe;
  const std::vector<Bytes> frames = {
      inner(vlan.Ethernet().Vlan(100)).Build(),
      inner(qinq.Ethernet().Vlan(7, 0x88a8).Vlan(9)).Build(),
      inner(mpls.Ethernet().Mpls(16).Mpls(17)).Build(),
      inner(gre.Ethernet().Ipv4().Gre()).Build(),
      inner(vxlan.Ethernet().Ipv4().Vxlan(42).Ethernet()).Build(),
      inner(geneve.Ethernet().Ipv6().Geneve(42).Ethernet()).Build(),
      inner(pppoe.Ethernet().Pppoe()).Build(),
  };
  for (size_t i = 0; i < frames.size(); ++i) {
    const Seen seen = Play({{Timestamp::FromNanoseconds(1), frames[i]}}, BlockingPolicy());
    EXPECT_EQ(seen.findings.size(), 1u) << "encapsulation " << i;
    ExpectBytesAddUp(seen);
  }
}

TEST(Pipeline, FindsMarkInFragmentsAndForwardsTheFragments) {
  FrameBuilder builder;
  builder.Ethernet().Ipv4().Udp({.dst_port = 514});
  FrameBuilder clean = builder;
  const auto marked = builder.Payload(std::string(100, 'a') + kMark + std::string(100, 'b')).BuildFragments(64, 7);
  std::vector<TimedFrame> frames;
  for (const Bytes& fragment : marked) frames.push_back({Timestamp::FromNanoseconds(1), fragment});
  Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(seen.findings.size(), 1u);
  EXPECT_TRUE(seen.sent.empty());
  ExpectBytesAddUp(seen);

  frames.clear();
  for (const Bytes& fragment : clean.Payload(std::string(300, 'a')).BuildFragments(64, 8)) frames.push_back({Timestamp::FromNanoseconds(1), fragment});
  seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  ASSERT_EQ(seen.sent.size(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(seen.sent[i], frames[i].bytes);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, ReusedPortsAreANewFlow) {
  TcpSession first;
  first.Handshake().Upload(Put("one")).Download(kOk).Finish();
  TcpSession second({.client_isn = 900000, .server_isn = 700000, .start = first.now() + std::chrono::milliseconds(5)});
  second.Handshake().Upload(Put(kMark)).Download(kOk).Finish();
  auto frames = first.frames();
  frames.insert(frames.end(), second.frames().begin(), second.frames().end());
  const Seen seen = Play(frames, BlockingPolicy(), {.flows = true});
  EXPECT_EQ(seen.totals.flows, 2u);
  EXPECT_EQ(seen.findings.size(), 1u);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, ReportsAFlowEveryMinuteAndAtItsEnd) {
  TcpSession session;
  session.Handshake();
  for (int i = 0; i < 5; ++i) session.Upload(Put("part")).Download(kOk).Wait(std::chrono::seconds(30));
  session.Finish();
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.flows = true});
  int reports = 0, last = 0;
  uint64_t bytes = 0, fates = 0;
  for (const event::Record& record : seen.records) {
    if (record.kind != event::RecordKind::kFlow) continue;
    const event::Flow& flow = record.body.flow;
    ++reports;
    last += flow.final ? 1 : 0;
    for (const auto& totals : flow.totals) bytes += totals.bytes;
    for (const uint64_t n : flow.fates) fates += n;
    EXPECT_EQ(flow.host.view(), "files.example");
    EXPECT_EQ(flow.reason, flow.final ? event::FlowEnd::kClosed : event::FlowEnd::kNone);
  }
  EXPECT_EQ(reports, 3);
  EXPECT_EQ(last, 1);
  EXPECT_EQ(bytes, seen.totals.bytes);
  EXPECT_EQ(fates, seen.totals.bytes);
}

// A letter in a connection that goes on with TLS names its client first and its server then.
TEST(Pipeline, AFlowHasBothNamesOfItsServer) {
  const auto with = [](size_t width, const std::string& body) {
    std::string out;
    for (size_t i = width; i-- > 0;) out += static_cast<char>(body.size() >> (8 * i));
    return out + body;
  };
  const std::string name = with(2, with(2, std::string(1, '\0') + with(2, "mx.example")));
  const std::string body = "\x03\x03" + std::string(32, 'r') + with(1, "") + with(2, "\x13\x01") + with(1, std::string(1, '\0')) + with(2, std::string(2, '\0') + name);
  const std::string hello = "\x16\x03\x01" + with(2, "\x01" + with(3, body));
  TcpSession session({.server_port = 25});
  session.Handshake().Download("220 mx ESMTP\r\n").Upload("EHLO host.example\r\n").Download("250-mx\r\n250 STARTTLS\r\n");
  session.Upload("STARTTLS\r\n").Download("220 go\r\n").Upload(hello).Finish();
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.flows = true});
  ASSERT_FALSE(seen.records.empty());
  ASSERT_EQ(seen.records.back().kind, event::RecordKind::kFlow);
  EXPECT_EQ(seen.records.back().body.flow.host.view(), "host.example");
  EXPECT_EQ(seen.records.back().body.flow.sni.view(), "mx.example");
}

TEST(Pipeline, FullTableIsCountedAndClosedInline) {
  std::vector<TimedFrame> frames;
  for (uint16_t i = 0; i < 3000; ++i) {
    TcpSession session({.client_port = static_cast<uint16_t>(10000 + i), .start = Timestamp::FromNanoseconds(1'000'000'000)});
    session.Handshake().Upload("x");
    frames.insert(frames.end(), session.frames().begin(), session.frames().end());
  }
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline, .flow_capacity = 64});
  EXPECT_GT(seen.totals.counters.at("flow_table_full_packets"), 0u);
  EXPECT_LT(seen.sent.size(), frames.size());
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, SynFloodEvictsOnlyHalfOpenFlows) {
  TcpSession victim;
  victim.Handshake().Upload(Put("begin"));
  std::vector<TimedFrame> frames = victim.frames();
  const size_t begun = frames.size();
  for (uint32_t i = 0; i < 5000; ++i) {
    const std::string src = "10.9." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250);
    frames.push_back({victim.now(), FrameBuilder().Ethernet().Ipv4({.src = src}).Tcp({.flags = packet::TcpFlag::kSyn}).Build()});
  }
  victim.Upload(kMark);
  frames.insert(frames.end(), victim.frames().begin() + static_cast<std::ptrdiff_t>(begun), victim.frames().end());
  const Seen seen = Play(frames, BlockingPolicy(), {.flow_capacity = 64});
  EXPECT_EQ(seen.totals.counters.at("flow_table_full_packets"), 0u);
  EXPECT_EQ(seen.findings.size(), 1u);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, EncryptedBytesAreCountedAsSuch) {
  // ClientHello: version, random, no session id, one cipher suite, no compression (RFC 8446, 4.1.2).
  const std::string body = std::string("\x03\x03", 2) + std::string(32, 'r') + std::string("\x00\x00\x02\x13\x01\x01\x00", 7);
  const std::string handshake = std::string("\x01\x00\x00", 3) + static_cast<char>(body.size()) + body;
  const std::string hello = std::string("\x16\x03\x01\x00", 4) + static_cast<char>(handshake.size()) + handshake;
  std::string data("\x17\x03\x03\x01\x00", 5);
  data += std::string(256, '\x5a');
  const auto frames = TcpSession({.server_port = 443}).Handshake().Upload(hello + data + data).Finish().frames();
  const Seen seen = Play(frames, BlockingPolicy());
  EXPECT_GE(seen.totals.fates[static_cast<size_t>(content::Fate::kEncrypted)], 500u);
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, AmbiguousFramingIsAnAnomalyAndBlockedWhereThePolicySaysSo) {
  const std::string smuggled = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n";
  const auto frames = TcpSession().Handshake().Upload(smuggled).Download(kOk).Finish().frames();
  const Seen tap = Play(frames, BlockingPolicy());
  ASSERT_FALSE(tap.anomalies.empty());
  EXPECT_EQ(tap.anomalies[0], "ambiguous_framing");
  const Seen inline_seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(inline_seen.totals.counters.at("flows_blocked"), 1u);
  ExpectBytesAddUp(inline_seen);
}

TEST(Pipeline, InlineDropsACopyThatDisagrees) {
  TcpSession session;
  session.Handshake().Segment(Side::kClient, 0, "POST /a HTTP/1.1\r\n").Segment(Side::kClient, 0, "POST /b HTTP/1.1\r\n");
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(seen.sent.size(), session.frames().size() - 1);
  ASSERT_EQ(seen.anomalies.size(), 1u);
  EXPECT_EQ(seen.anomalies[0], "conflicting_overlap");
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, TapInspectsTheOtherReadingOfAnOverlap) {
  TcpSession session({.server_port = 7777});
  session.Handshake().Segment(Side::kClient, 0, "harmless-------").Segment(Side::kClient, 0, "TOPSECRET-MARK-");
  const Seen seen = Play(session.frames(), BlockingPolicy());
  EXPECT_EQ(seen.findings.size(), 1u);
  EXPECT_FALSE(seen.anomalies.empty());
  ExpectBytesAddUp(seen);
}

TEST(Pipeline, ManyAnomaliesOfOneKindAreFoldedAndTheirBytesKept) {
  TcpSession session({.server_port = 7777});
  session.Handshake().Segment(Side::kClient, 0, "0123456789");
  for (int i = 0; i < 100; ++i) session.Segment(Side::kClient, 0, "XXXXXXXXXX");
  const Seen seen = Play(session.frames(), BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(seen.anomalies.size(), 8u);  // 1, 2, 4, …, 64, and the rest
  uint64_t bytes = 0;
  for (const event::Record& record : seen.records) bytes += record.body.anomaly.bytes_uninspected;
  EXPECT_EQ(bytes, 1000u);
  EXPECT_EQ(seen.totals.counters.at("anomalies_folded"), 93u);
}

TEST(Pipeline, RuleForNamedClientsHoldsForThemAlone) {
  const auto policy = PolicyOf(R"(
pack: {id: test, title: Test}
detectors: {mark: {literals: [TOPSECRET-MARK]}}
rules:
  - {id: lab.mark, title: A mark from the laboratory, severity: high, action: alert, scope: {client: [laboratory]}, detect: mark}
)");
  const auto names = [](uint8_t last_byte) {
    auto hosts = std::make_shared<packet::HostNames>();
    const uint8_t client[] = {10, 0, 0, last_byte};
    hosts->Add(packet::IpAddress::FromV4(client).bytes, 96 + 32, "laboratory");
    return hosts;
  };
  const auto frames = TcpSession().Handshake().Upload(Put("TOPSECRET-MARK")).Download(kOk).Finish().frames();
  const Seen named = Play(frames, policy, {.hosts = names(1)});
  ASSERT_EQ(named.findings.size(), 1u);
  EXPECT_NE(named.json[0].find(R"("client":"laboratory")"), std::string::npos) << named.json[0];
  EXPECT_EQ(Play(frames, policy, {.hosts = names(2)}).findings.size(), 0u);  // that is the server
  EXPECT_EQ(Play(frames, policy).findings.size(), 0u);
}

TEST(Pipeline, BadChecksumNeverReachesReassembly) {
  TcpSession session({.server_port = 7777});
  session.Handshake();
  auto frames = session.frames();
  frames.push_back({session.now(), FrameBuilder()
                                       .Ethernet()
                                       .Ipv4()
                                       .Tcp({.dst_port = 7777, .seq = 1001, .ack = 5001, .bad_checksum = true})
                                       .Payload("decoy-decoy-decoy")
                                       .Build()});
  session.Segment(Side::kClient, 0, "TOPSECRET-MARK and so on");
  frames.push_back(session.frames().back());
  const Seen seen = Play(frames, BlockingPolicy(), {.mode = stream::Mode::kInline});
  EXPECT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.totals.drops.at("bad_tcp_checksum"), 1u);
  ExpectBytesAddUp(seen);
}

}  // namespace
}  // namespace sluice::test
