#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {
namespace {

using test::FrameBuilder;

FrameBuilder Ip(bool v6) {
  FrameBuilder builder;
  builder.Ethernet();
  v6 ? builder.Ipv6() : builder.Ipv4();
  return builder;
}

TEST(ParseTcp, ReadsTheFixedFields) {
  const Parsed p(Ip(false)
                     .Tcp({.src_port = 1234, .dst_port = 443, .seq = 0xfffffff0, .ack = 7,
                           .flags = TcpFlag::kAck | TcpFlag::kUrg, .window = 500, .urgent_pointer = 3})
                     .Payload("abc").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.src_port, 1234);
  EXPECT_EQ(p.headers.dst_port, 443);
  EXPECT_EQ(p.headers.tcp.seq, 0xfffffff0u);
  EXPECT_EQ(p.headers.tcp.ack, 7u);
  EXPECT_EQ(p.headers.tcp.flags, TcpFlag::kAck | TcpFlag::kUrg);
  EXPECT_EQ(p.headers.tcp.window, 500);
  EXPECT_EQ(p.headers.tcp.urgent_pointer, 3);
  EXPECT_FALSE(p.headers.tcp.has_timestamp);
  EXPECT_EQ(p.headers.tcp.window_shift, 0xff);
}

TEST(ParseTcp, ReadsOptions) {
  const Parsed p(Ip(false)
                     .Tcp({.flags = TcpFlag::kSyn, .mss = 1460, .window_shift = 7, .sack_permitted = true,
                           .has_timestamp = true, .timestamp_value = 11, .timestamp_echo = 12})
                     .Build());
  EXPECT_EQ(p.headers.tcp.window_shift, 7);
  EXPECT_TRUE(p.headers.tcp.has_timestamp);
  EXPECT_EQ(p.headers.tcp.timestamp_value, 11u);
  EXPECT_EQ(p.headers.tcp.timestamp_echo, 12u);
}

TEST(ParseTcp, WindowScaleCountsOnASynOnlyAndUpTo14) {
  EXPECT_EQ(Parsed(Ip(false).Tcp({.flags = TcpFlag::kAck, .window_shift = 7}).Build()).headers.tcp.window_shift, 0xff);
  EXPECT_EQ(Parsed(Ip(false).Tcp({.flags = TcpFlag::kSyn, .window_shift = 200}).Build()).headers.tcp.window_shift, 14);
}

TEST(ParseTcp, StopsAtOptionsThatDoNotFit) {
  const test::Bytes cases[] = {
      {8, 10, 0, 0},                                   // timestamps past the end
      {8, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1},            // of a wrong length
      {8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},            // of length 0
      {1, 1, 1, 8},                                    // kind without a length
      {0, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0},           // behind the end of options
  };
  for (const test::Bytes& options : cases) {
    const Parsed p(Ip(false).Tcp({.raw_options = options}).Payload("x").Build());
    EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
    EXPECT_FALSE(p.headers.tcp.has_timestamp);
    EXPECT_EQ(p.payload(), "x");
  }
}

TEST(ParseTcp, RefusesDataOffsetLies) {
  EXPECT_EQ(Parsed(Ip(false).Tcp({.data_offset = 4}).Build()).outcome, ParseOutcome::kBadTcpDataOffset);
  EXPECT_EQ(Parsed(Ip(false).Tcp({.data_offset = 6}).Build()).outcome, ParseOutcome::kBadTcpDataOffset);
  EXPECT_EQ(Parsed(Ip(true).Tcp({.data_offset = 15}).Payload("less than 40 bytes").Build()).outcome,
            ParseOutcome::kBadTcpDataOffset);
}

TEST(ParseTcp, RefusesTruncatedHeaders) {
  const test::Bytes ip = FrameBuilder().Ethernet().Ipv4({.protocol = 6}).Payload(test::Bytes(19)).Build();
  EXPECT_EQ(Parsed(ip).outcome, ParseOutcome::kTruncatedTcp);
  test::PacketStore store;  // the options were cut off by the capture
  EXPECT_EQ(Parse(*store.AddCut(Ip(false).Tcp({.has_timestamp = true}).Build(), 54), {}), ParseOutcome::kTruncatedTcp);
}

TEST(ParseTcp, VerifiesTheChecksumUnlessTrustedOrCut) {
  for (const bool v6 : {false, true}) {
    const test::Bytes frame = Ip(v6).Tcp({.bad_checksum = true}).Payload("decoy").Build();
    EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadTcpChecksum);
    EXPECT_EQ(Parsed(frame, LinkType::kEthernet, {.verify_checksums = false}).outcome, ParseOutcome::kTransport);
    test::PacketStore store;
    Packet* trusted = store.Add(frame);
    trusted->checksum_trusted = true;
    EXPECT_EQ(Parse(*trusted, {}), ParseOutcome::kTransport);
    Packet* cut = store.AddCut(frame, static_cast<uint32_t>(frame.size()) - 2);
    EXPECT_EQ(Parse(*cut, {}), ParseOutcome::kTransport);
    EXPECT_EQ(cut->Payload().AsText(), "dec");
  }
}

TEST(ParseTcp, SeesAnyFlippedBit) {
  const test::Bytes frame = Ip(false).Tcp({.has_timestamp = true}).Payload("an odd number of bytes!").Build();
  for (size_t bit = 34 * 8; bit < frame.size() * 8; ++bit) {
    test::Bytes flipped = frame;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ (1u << bit % 8));
    ASSERT_NE(Parsed(flipped).outcome, ParseOutcome::kTransport) << "bit " << bit;
  }
}

TEST(ParseTcp, CutLinkPaddingDoesNotHinderTheChecksum) {
  const test::Bytes frame = Ip(false).Tcp({.bad_checksum = true}).LinkPadding(6).Build();
  test::PacketStore store;
  EXPECT_EQ(Parse(*store.AddCut(frame, 56), {}), ParseOutcome::kBadTcpChecksum);
}

TEST(ParseUdp, ReadsADatagram) {
  for (const bool v6 : {false, true}) {
    const Parsed p(Ip(v6).Udp({.src_port = 53, .dst_port = 1000}).Payload("hello").Build());
    EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
    EXPECT_EQ(p.headers.transport, Transport::kUdp);
    EXPECT_EQ(p.headers.src_port, 53);
    EXPECT_EQ(p.payload(), "hello");
  }
}

TEST(ParseUdp, ChecksumMayBeLeftOutInIpv4Only) {
  EXPECT_EQ(Parsed(Ip(false).Udp({.zero_checksum = true}).Payload("x").Build()).outcome, ParseOutcome::kTransport);
  EXPECT_EQ(Parsed(Ip(true).Udp({.zero_checksum = true}).Payload("x").Build()).outcome, ParseOutcome::kBadUdpChecksum);
}

TEST(ParseUdp, VerifiesTheChecksumUnlessCut) {
  for (const bool v6 : {false, true}) {
    const test::Bytes frame = Ip(v6).Udp({.bad_checksum = true}).Payload("decoy").Build();
    EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadUdpChecksum);
    test::PacketStore store;
    EXPECT_EQ(Parse(*store.AddCut(frame, static_cast<uint32_t>(frame.size()) - 1), {}), ParseOutcome::kTransport);
  }
}

TEST(ParseUdp, RefusesLengthLies) {
  EXPECT_EQ(Parsed(Ip(false).Udp({.length = 7}).Payload("x").Build()).outcome, ParseOutcome::kBadUdpLength);
  EXPECT_EQ(Parsed(Ip(false).Udp({.length = 10}).Payload("x").Build()).outcome, ParseOutcome::kBadUdpLength);
  EXPECT_EQ(Parsed(Ip(false).Udp({.length = 0}).Payload("x").Build()).outcome, ParseOutcome::kBadUdpLength);
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.protocol = 17}).Payload("1234567").Build()).outcome,
            ParseOutcome::kTruncatedUdp);
}

// What stands between the UDP length and the IP length crosses the network too, so it must be looked at.
TEST(ParseUdp, BytesBehindTheUdpLengthArePayload) {
  const Parsed p(Ip(false).Udp({.zero_checksum = true, .length = 8 + 5}).Payload("shownhidden").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.payload(), "shownhidden");
}

TEST(ParseIcmp, EchoIdentifierStandsForThePorts) {
  for (const bool v6 : {false, true}) {
    const Parsed p(Ip(v6).Icmp(v6 ? 128 : 8, 0, 0x4242).Payload("ping data").Build());
    EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
    EXPECT_EQ(p.headers.transport, v6 ? Transport::kIcmpV6 : Transport::kIcmp);
    EXPECT_EQ(p.headers.icmp_type, v6 ? 128 : 8);
    EXPECT_EQ(p.headers.src_port, 0x4242);
    EXPECT_EQ(p.headers.dst_port, 0x4242);
    EXPECT_EQ(p.payload(), "ping data");
  }
  const Parsed unreachable(Ip(false).Icmp(3, 1, 0x4242).Payload("quoted datagram").Build());
  EXPECT_EQ(unreachable.headers.src_port, 0);
  EXPECT_EQ(unreachable.headers.icmp_code, 1);
}

TEST(ParseIcmp, RefusesTruncatedHeaders) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.protocol = 1}).Payload("1234567").Build()).outcome,
            ParseOutcome::kTruncatedIcmp);
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv6({.next_header = 58}).Payload("1234567").Build()).outcome,
            ParseOutcome::kTruncatedIcmp);
}

TEST(ParseSctp, ReadsThePorts) {
  const Parsed p(Ip(true).Sctp(2905, 2906).Payload("chunks").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.transport, Transport::kSctp);
  EXPECT_EQ(p.headers.dst_port, 2906);
  EXPECT_EQ(p.payload(), "chunks");
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.protocol = 132}).Payload("12345678901").Build()).outcome,
            ParseOutcome::kTruncatedSctp);
}

TEST(ParseOutcome, EveryOutcomeHasItsOwnName) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(ParseOutcome::kCount); ++i) {
    names.push_back(Name(static_cast<ParseOutcome>(i)));
    EXPECT_FALSE(names.back().empty());
    EXPECT_NE(names.back(), "unknown");
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace sluice::packet
