#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {
namespace {

using test::FrameBuilder;

void ExpectHello(const Parsed& p) {
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.transport, Transport::kTcp);
  EXPECT_EQ(p.payload(), "hello");
  EXPECT_EQ(p.headers.dst_port, 80);
}

TEST(ParseLink, ReadsEthernet) {
  const Parsed p(FrameBuilder().Ethernet().Ipv4().Tcp().Payload("hello").Build());
  ExpectHello(p);
  EXPECT_EQ(p.headers.ethertype, 0x0800);
  EXPECT_EQ(p.headers.l3_offset, 14);
  EXPECT_EQ(p.headers.l4_offset, 34);
  EXPECT_EQ(p.headers.payload_offset, 54);
  EXPECT_EQ(Format(p.headers.src), "10.0.0.1");
  EXPECT_EQ(Format(p.headers.dst), "10.0.0.2");
  EXPECT_EQ(p.headers.tunnel_depth, 0);
  EXPECT_EQ(p.headers.tunnel_id, 0u);
}

TEST(ParseLink, LinkPaddingIsNotPayload) {
  const Parsed p(FrameBuilder().Ethernet().Ipv4().Tcp().LinkPadding(6).Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.payload_length, 0u);
  EXPECT_EQ(HeaderBytes(*p.packet), 54u);
  EXPECT_EQ(PaddingBytes(*p.packet), 6u);
}

TEST(ParseLink, ReadsSnapAndTakesTheLengthFieldForTheEnd) {
  const Parsed p(FrameBuilder().Ethernet().Snap().Ipv4().Tcp().Payload("hello").LinkPadding(9).Build());
  ExpectHello(p);
  EXPECT_EQ(p.headers.ethertype, 0x0800);
  EXPECT_EQ(PaddingBytes(*p.packet), 9u);
}

TEST(ParseLink, OtherLlcIsNotIp) {
  test::Bytes frame = FrameBuilder().Ethernet().EtherType(38).Payload(test::Bytes(46, 0)).Build();
  frame[14] = frame[15] = 0x42;  // spanning tree
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kNotIp);
}

TEST(ParseLink, ReadsVlanTags) {
  const Parsed one(FrameBuilder().Ethernet().Vlan(100).Ipv4().Tcp().Payload("hello").Build());
  ExpectHello(one);
  EXPECT_EQ(one.headers.vlan, 100);
  EXPECT_EQ(one.headers.tunnel_id, 0u);
  for (const uint16_t outer : std::initializer_list<uint16_t>{0x88a8, 0x9100}) {
    const Parsed two(FrameBuilder().Ethernet().Vlan(100, outer).Vlan(7).Ipv6().Tcp().Payload("hello").Build());
    ExpectHello(two);
    EXPECT_EQ(two.headers.vlan, 100);
    EXPECT_NE(two.headers.tunnel_id, 0u);
    EXPECT_EQ(two.headers.ethertype, 0x86dd);
  }
}

TEST(ParseLink, InnerTagTellsFlowsApart) {
  const Parsed a(FrameBuilder().Ethernet().Vlan(1, 0x88a8).Vlan(2).Ipv4().Tcp().Build());
  const Parsed b(FrameBuilder().Ethernet().Vlan(1, 0x88a8).Vlan(3).Ipv4().Tcp().Build());
  EXPECT_NE(a.headers.tunnel_id, b.headers.tunnel_id);
}

TEST(ParseLink, PriorityTagNamesNoVlan) {
  const Parsed p(FrameBuilder().Ethernet().Vlan(0).Vlan(5).Ipv4().Tcp().Payload("hello").Build());
  ExpectHello(p);
  EXPECT_EQ(p.headers.vlan, 5);
  EXPECT_EQ(p.headers.tunnel_id, 0u);
}

TEST(ParseLink, RefusesMoreTagsThanTheLimit) {
  FrameBuilder builder;
  builder.Ethernet();
  for (uint16_t i = 1; i <= 17; ++i) builder.Vlan(i);
  EXPECT_EQ(Parsed(builder.Ipv4().Tcp().Build()).outcome, ParseOutcome::kTooManyLinkTags);
  FrameBuilder labels;
  labels.Ethernet();
  for (uint32_t i = 0; i < 17; ++i) labels.Mpls(100 + i);
  EXPECT_EQ(Parsed(labels.Ipv4().Tcp().Build()).outcome, ParseOutcome::kTooManyLinkTags);
}

TEST(ParseLink, ReadsMplsByTheFirstNibble) {
  const Parsed v4(FrameBuilder().Ethernet().Mpls(16).Mpls(17).Ipv4().Tcp().Payload("hello").Build());
  ExpectHello(v4);
  EXPECT_EQ(v4.headers.tunnel_id, 0u);  // labels differ by direction
  ExpectHello(Parsed(FrameBuilder().Ethernet().Mpls(16).Ipv6().Tcp().Payload("hello").Build()));
}

TEST(ParseLink, ReadsEthernetPseudoWires) {
  const Parsed with_word(
      FrameBuilder().Ethernet().Mpls(16).PseudoWireControlWord().Ethernet().Ipv4().Tcp().Payload("hello").Build());
  ExpectHello(with_word);
  EXPECT_EQ(with_word.headers.tunnel_depth, 1);
  ExpectHello(Parsed(FrameBuilder().Ethernet().Mpls(16).Ethernet().Ipv4().Tcp().Payload("hello").Build()));
  // A station address that begins with 4 or 6 is not taken for an IP version.
  for (const uint8_t first : std::initializer_list<uint8_t>{0x44, 0x60}) {
    test::Bytes frame = FrameBuilder().Ethernet().Mpls(16).Ethernet().Ipv4().Tcp().Payload("hello").Build();
    frame[18] = first;
    ExpectHello(Parsed(frame));
  }
}

TEST(ParseLink, MplsWithoutIpOrEthernetIsNamed) {
  test::Bytes frame = FrameBuilder().Ethernet().Mpls(16).Payload("\xf0 unknown content, neither of the two").Build();
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kUnknownLinkProtocol);
  frame[18] = 0x10;  // RFC 4385, 5: associated channel
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kNotIp);
}

TEST(ParseLink, ReadsPppoeSessionsOnly) {
  const Parsed p(FrameBuilder().Ethernet().Pppoe().Ipv4().Tcp().Payload("hello").LinkPadding(3).Build());
  ExpectHello(p);
  EXPECT_EQ(PaddingBytes(*p.packet), 3u);
  ExpectHello(Parsed(FrameBuilder().Ethernet().Pppoe().Ipv6().Tcp().Payload("hello").Build()));
  test::Bytes control = FrameBuilder().Ethernet().Pppoe().Ipv4().Tcp().Build();
  StoreBe16(control.data() + 20, 0xc021);  // LCP
  EXPECT_EQ(Parsed(control).outcome, ParseOutcome::kNotIp);
  StoreBe16(control.data() + 20, 0x00fd);  // compressed
  EXPECT_EQ(Parsed(control).outcome, ParseOutcome::kUnknownLinkProtocol);
  test::Bytes discovery = FrameBuilder().Ethernet().Pppoe().Ipv4().Tcp().Build();
  discovery[15] = 0x09;  // a code that is not session data
  EXPECT_EQ(Parsed(discovery).outcome, ParseOutcome::kNotIp);
}

TEST(ParseLink, RefusesPppoeLengthPastTheFrame) {
  test::Bytes frame = FrameBuilder().Ethernet().Pppoe().Ipv4().Tcp().Payload("hello").Build();
  StoreBe16(frame.data() + 18, 400);
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kTruncatedLink);
}

TEST(ParseLink, ReadsEveryLinkType) {
  const auto tcp = [](FrameBuilder builder) { return builder.Ipv4().Tcp().Payload("hello").Build(); };
  const auto tcp6 = [](FrameBuilder builder) { return builder.Ipv6().Tcp().Payload("hello").Build(); };
  ExpectHello(Parsed(tcp(FrameBuilder()), LinkType::kRawIp));
  ExpectHello(Parsed(tcp6(FrameBuilder()), LinkType::kRawIp));
  ExpectHello(Parsed(tcp(FrameBuilder().LinuxCooked()), LinkType::kLinuxCooked));
  ExpectHello(Parsed(tcp6(FrameBuilder().LinuxCooked().Vlan(3)), LinkType::kLinuxCooked));
  ExpectHello(Parsed(tcp(FrameBuilder().LinuxCooked2()), LinkType::kLinuxCooked2));
  ExpectHello(Parsed(tcp(FrameBuilder().NullLink()), LinkType::kNull));
  ExpectHello(Parsed(tcp6(FrameBuilder().NullLink()), LinkType::kNull));
  ExpectHello(Parsed(tcp(FrameBuilder().LoopLink()), LinkType::kLoop));
  ExpectHello(Parsed(tcp6(FrameBuilder().LoopLink()), LinkType::kLoop));
  ExpectHello(Parsed(tcp(FrameBuilder().Ppp()), LinkType::kPpp));
  ExpectHello(Parsed(tcp6(FrameBuilder().Ppp()), LinkType::kPpp));
  ExpectHello(Parsed(tcp(FrameBuilder().Ppp().Mpls(5)), LinkType::kPpp));
}

TEST(ParseLink, ReadsNullLinkWrittenInTheOtherByteOrder) {
  test::Bytes frame = FrameBuilder().NullLink().Ipv4().Tcp().Payload("hello").Build();
  StoreBe32(frame.data(), 2);
  ExpectHello(Parsed(frame, LinkType::kNull));
}

TEST(ParseLink, ReadsPppWithCompressedFields) {
  test::Bytes frame = {0x21};
  const test::Bytes ip = FrameBuilder().Ipv4().Tcp().Payload("hello").Build();
  frame.insert(frame.end(), ip.begin(), ip.end());
  ExpectHello(Parsed(frame, LinkType::kPpp));
}

TEST(ParseLink, NamesWhatCarriesNoIp) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().EtherType(0x0806).Payload(test::Bytes(28)).Build()).outcome,
            ParseOutcome::kNotIp);
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().EtherType(0x88cc).Build()).outcome, ParseOutcome::kNotIp);
  EXPECT_EQ(Parsed(test::Bytes{99, 0, 0, 0, 1, 2, 3}, LinkType::kNull).outcome, ParseOutcome::kUnknownLinkProtocol);
  EXPECT_EQ(Parsed(test::Bytes{0x00, 0x01, 2, 3}, LinkType::kRawIp).outcome, ParseOutcome::kUnknownLinkProtocol);
  test::Bytes can = FrameBuilder().LinuxCooked().Payload("can frame").Build();
  StoreBe16(can.data() + 14, 0x000c);
  EXPECT_EQ(Parsed(can, LinkType::kLinuxCooked).outcome, ParseOutcome::kNotIp);
}

TEST(ParseLink, RefusesTruncatedLinks) {
  for (const LinkType type : {LinkType::kEthernet, LinkType::kLinuxCooked, LinkType::kLinuxCooked2, LinkType::kNull,
                              LinkType::kLoop, LinkType::kPpp}) {
    EXPECT_EQ(Parsed(test::Bytes{}, type).outcome, ParseOutcome::kTruncatedLink) << static_cast<int>(type);
  }
  const test::Bytes frame = FrameBuilder().Ethernet().Vlan(5).Mpls(5).Ipv4().Tcp().Build();
  for (const std::ptrdiff_t n : {13, 14, 17, 18, 21, 22}) {
    EXPECT_EQ(Parsed(test::Bytes(frame.begin(), frame.begin() + n)).outcome, ParseOutcome::kTruncatedLink) << n;
  }
}

}  // namespace
}  // namespace sluice::packet
