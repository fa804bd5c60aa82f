#include "dataplane/action/tcp_frame.h"

#include <set>

#include "base/byte_order.h"
#include "tests/unit/dataplane/action/seen_packet.h"

namespace sluice::action {
namespace {

using packet::ParseOutcome;
using packet::TcpFlag;
using test::FrameBuilder;

SeenPacket Request(std::string_view payload = "PUT /a HTTP/1.1\r\n\r\n") {
  return SeenPacket(FrameBuilder()
                        .Ethernet()
                        .Ipv4({.ttl = 7})
                        .Tcp({.seq = 1000, .ack = 5000, .flags = TcpFlag::kAck | TcpFlag::kPsh})
                        .Payload(payload)
                        .Build());
}

TEST(TcpFrame, WritesTheSegmentAsTold) {
  const test::Bytes page = test::ToBytes("HTTP/1.1 403 Forbidden\r\n\r\n");
  const TcpSegmentSpec spec{.seq = 0xfffffff0,
                            .ack = 77,
                            .flags = TcpFlag::kAck | TcpFlag::kFin,
                            .window = 512,
                            .payload = {page.data(), page.size()}};
  const SeenPacket made = BuildAndParse(Request(), Toward::kSender, spec);
  ASSERT_EQ(made.outcome(), ParseOutcome::kTransport);
  EXPECT_EQ(made.headers().tcp.seq, 0xfffffff0u);
  EXPECT_EQ(made.headers().tcp.ack, 77u);
  EXPECT_EQ(made.headers().tcp.flags, TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(made.headers().tcp.window, 512u);
  EXPECT_EQ(made.packet().Payload().AsText(), "HTTP/1.1 403 Forbidden\r\n\r\n");
}

TEST(TcpFrame, KeepsEndsTowardsTheReceiver) {
  const SeenPacket seen = Request();
  const SeenPacket made = BuildAndParse(seen, Toward::kReceiver, ResetAt(1000, 5000));
  EXPECT_EQ(made.headers().src, seen.headers().src);
  EXPECT_EQ(made.headers().dst, seen.headers().dst);
  EXPECT_EQ(made.headers().src_port, seen.headers().src_port);
  EXPECT_EQ(made.headers().dst_port, seen.headers().dst_port);
  EXPECT_TRUE(std::equal(seen.bytes().begin(), seen.bytes().begin() + 12, made.bytes().begin()));
}

TEST(TcpFrame, SwapsEndsTowardsTheSender) {
  const SeenPacket seen = Request();
  const SeenPacket made = BuildAndParse(seen, Toward::kSender, ResetAt(5000, 1000));
  EXPECT_EQ(made.headers().src, seen.headers().dst);
  EXPECT_EQ(made.headers().dst, seen.headers().src);
  EXPECT_EQ(made.headers().src_port, seen.headers().dst_port);
  EXPECT_EQ(made.headers().dst_port, seen.headers().src_port);
  EXPECT_TRUE(std::equal(seen.bytes().begin(), seen.bytes().begin() + 6, made.bytes().begin() + 6));
  EXPECT_TRUE(std::equal(seen.bytes().begin() + 6, seen.bytes().begin() + 12, made.bytes().begin()));
}

TEST(TcpFrame, Ipv4HeaderIsFreshAndAtomic) {
  const SeenPacket made = BuildAndParse(Request(), Toward::kSender, ResetAt(5000, 1000));
  const uint8_t* ip = made.bytes().data() + 14;
  EXPECT_EQ(ip[0], 0x45);
  EXPECT_EQ(LoadBe16(ip + 6), 0x4000);  // DF, no fragment
  EXPECT_EQ(ip[8], 64);
  EXPECT_EQ(test::PlainChecksum(ip, 20), 0);
}

TEST(TcpFrame, FramesOfOneFlowCarryDifferentIdentifications) {
  std::set<uint16_t> ids;
  for (uint32_t seq = 0; seq < 64; ++seq) {
    ids.insert(LoadBe16(Build(Request(), Toward::kSender, ResetAt(5000 + seq, 1000)).data() + 18));
  }
  EXPECT_GT(ids.size(), 60u);
}

TEST(TcpFrame, LeavesOutIpv4Options) {
  const SeenPacket seen(FrameBuilder().Ethernet().Ipv4({.options = test::Bytes(12, 1)}).Tcp().Payload("x").Build());
  ASSERT_EQ(seen.outcome(), ParseOutcome::kTransport);
  const SeenPacket made = BuildAndParse(seen, Toward::kReceiver, ResetAt(1, 2));
  EXPECT_EQ(made.headers().l4_offset - made.headers().l3_offset, 20);
}

TEST(TcpFrame, LeavesOutIpv6ExtensionHeaders) {
  const SeenPacket seen(
      FrameBuilder().Ethernet().Ipv6().HopByHop().Routing().DestinationOptions(16).Tcp().Payload("x").Build());
  ASSERT_EQ(seen.outcome(), ParseOutcome::kTransport);
  const SeenPacket made = BuildAndParse(seen, Toward::kSender, ResetAt(1, 2));
  ASSERT_EQ(made.outcome(), ParseOutcome::kTransport);
  EXPECT_EQ(made.headers().l4_offset - made.headers().l3_offset, 40);
  EXPECT_EQ(made.headers().src, seen.headers().dst);
  EXPECT_EQ(made.headers().ttl, 64);
}

TEST(TcpFrame, PadsShortEthernetFramesWithZeros) {
  const test::Bytes made = Build(Request(), Toward::kSender, ResetAt(5000, 1000));
  ASSERT_EQ(made.size(), 60u);
  EXPECT_TRUE(std::all_of(made.begin() + 54, made.end(), [](uint8_t b) { return b == 0; }));
  EXPECT_EQ(SeenPacket(made).headers().payload_length, 0u);
}

TEST(TcpFrame, AnswersTimestampsInKind) {
  const SeenPacket seen(FrameBuilder()
                            .Ethernet()
                            .Ipv4()
                            .Tcp({.has_timestamp = true, .timestamp_value = 111, .timestamp_echo = 222})
                            .Payload("x")
                            .Build());
  const SeenPacket onward = BuildAndParse(seen, Toward::kReceiver, ResetAt(1, 2));
  EXPECT_TRUE(onward.headers().tcp.has_timestamp);
  EXPECT_EQ(onward.headers().tcp.timestamp_value, 111u);
  EXPECT_EQ(onward.headers().tcp.timestamp_echo, 222u);
  const SeenPacket back = BuildAndParse(seen, Toward::kSender, ResetAt(1, 2));
  EXPECT_EQ(back.headers().tcp.timestamp_value, 222u);
  EXPECT_EQ(back.headers().tcp.timestamp_echo, 111u);
}

TEST(TcpFrame, OmitsTimestampsWhereTheSeenSegmentHasNone) {
  EXPECT_FALSE(BuildAndParse(Request(), Toward::kSender, ResetAt(1, 2)).headers().tcp.has_timestamp);
}

TEST(TcpFrame, FillsTheBufferToItsLastByteAndNotBeyond) {
  const test::Bytes payload(100, 'p');
  const TcpSegmentSpec spec{.flags = TcpFlag::kAck, .payload = {payload.data(), payload.size()}};
  const SeenPacket seen = Request();
  std::vector<uint8_t> exact(14 + 20 + 20 + 100);
  EXPECT_EQ(BuildTcpFrame(seen.packet(), Toward::kSender, spec, exact), exact.size());
  std::vector<uint8_t> short_by_one(exact.size() - 1);
  EXPECT_EQ(BuildTcpFrame(seen.packet(), Toward::kSender, spec, short_by_one), 0u);
}

TEST(TcpFrame, RefusesWhatIsNotTcp) {
  const SeenPacket udp(FrameBuilder().Ethernet().Ipv4().Udp().Payload("x").Build());
  ASSERT_EQ(udp.outcome(), ParseOutcome::kTransport);
  EXPECT_TRUE(Build(udp, Toward::kSender, ResetAt(1, 2)).empty());
}

TEST(TcpFrame, RefusesAFragment) {
  const auto fragments = FrameBuilder().Ethernet().Ipv4().Tcp().Payload(test::Bytes(200, 'f')).BuildFragments(64, 9);
  const SeenPacket fragment(fragments[0]);
  ASSERT_EQ(fragment.outcome(), ParseOutcome::kFragment);
  EXPECT_TRUE(Build(fragment, Toward::kSender, ResetAt(1, 2)).empty());
}

TEST(TcpFrame, RefusesOffsetsBeyondTheFrame) {
  SeenPacket seen = Request();
  packet::Packet lying = seen.packet();
  lying.headers.l3_offset = static_cast<uint16_t>(lying.length + 1);
  std::vector<uint8_t> out(2048);
  EXPECT_EQ(BuildTcpFrame(lying, Toward::kSender, ResetAt(1, 2), out), 0u);
}

TEST(SegmentLength, CountsSynAndFinAsOneEach) {
  const auto length_of = [](uint8_t flags, std::string_view payload) {
    return SegmentLength(
        SeenPacket(FrameBuilder().Ethernet().Ipv4().Tcp({.flags = flags}).Payload(payload).Build()).packet());
  };
  EXPECT_EQ(length_of(TcpFlag::kAck, ""), 0u);
  EXPECT_EQ(length_of(TcpFlag::kAck, "abc"), 3u);
  EXPECT_EQ(length_of(TcpFlag::kSyn, ""), 1u);
  EXPECT_EQ(length_of(TcpFlag::kFin | TcpFlag::kAck, "abc"), 4u);
}

TEST(Reset, AnswersAnAckWithItsNumber) {
  const TcpSegmentSpec reset = ResetInAnswerTo(Request("abcd").packet());
  EXPECT_EQ(reset.seq, 5000u);
  EXPECT_EQ(reset.ack, 1004u);
  EXPECT_EQ(reset.flags, TcpFlag::kRst | TcpFlag::kAck);
}

TEST(Reset, AnswersASynByAcknowledgingIt) {
  const SeenPacket syn(FrameBuilder().Ethernet().Ipv4().Tcp({.seq = 0xffffffff, .flags = TcpFlag::kSyn}).Build());
  const TcpSegmentSpec reset = ResetInAnswerTo(syn.packet());
  EXPECT_EQ(reset.seq, 0u);
  EXPECT_EQ(reset.ack, 0u);  // 0xffffffff + 1
  EXPECT_EQ(reset.flags, TcpFlag::kRst | TcpFlag::kAck);
}

TEST(Reset, StandsBehindTheSegmentItFollows) {
  const TcpSegmentSpec reset = ResetBehind(Request("abcd").packet());
  EXPECT_EQ(reset.seq, 1004u);
  EXPECT_EQ(reset.ack, 5000u);
  EXPECT_EQ(reset.flags, TcpFlag::kRst | TcpFlag::kAck);
}

TEST(Reset, BehindASynAcknowledgesNothing) {
  const SeenPacket syn(FrameBuilder().Ethernet().Ipv4().Tcp({.seq = 41, .flags = TcpFlag::kSyn}).Build());
  const TcpSegmentSpec reset = ResetBehind(syn.packet());
  EXPECT_EQ(reset.seq, 42u);
  EXPECT_EQ(reset.flags, TcpFlag::kRst);
}

}  // namespace
}  // namespace sluice::action
