#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {
namespace {

using test::FrameBuilder;

// The inner conversation of every tunnel below.
FrameBuilder Inner(FrameBuilder outer, bool v6 = false) {
  if (v6) {
    outer.Ipv6({.src = "fd00::1", .dst = "fd00::2"});
  } else {
    outer.Ipv4({.src = "172.16.0.1", .dst = "172.16.0.2"});
  }
  return outer.Tcp().Payload("hello");
}

void ExpectInner(const Parsed& p, int depth = 1, bool v6 = false) {
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(Format(p.headers.src), v6 ? "fd00::1" : "172.16.0.1");
  EXPECT_EQ(p.headers.transport, Transport::kTcp);
  EXPECT_EQ(p.payload(), "hello");
  EXPECT_EQ(p.headers.tunnel_depth, depth);
}

TEST(ParseTunnel, OpensIpInIp) {
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4()).Build()));
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4(), true).Build()), 1, true);
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv6()).Build()));
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv6().DestinationOptions(), true).Build()), 1, true);
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv6().Ethernet()).Build()));
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Mpls(9)).Build()));
}

TEST(ParseTunnel, OpensGreWithEveryOptionalField) {
  const test::GreSpec specs[] = {{},
                                 {.has_checksum = true},
                                 {.has_sequence = true},
                                 {.key = 9},
                                 {.has_checksum = true, .has_sequence = true, .key = 9}};
  for (const test::GreSpec& spec : specs) {
    const Parsed p(Inner(FrameBuilder().Ethernet().Ipv4().Gre(spec)).Build());
    ExpectInner(p);
    EXPECT_EQ(p.headers.tunnel_id != 0, spec.key > 0);
  }
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv6().Gre(), true).Build()), 1, true);
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Gre().Ethernet()).Build()));
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Gre().Mpls(5)).Build()));
}

TEST(ParseTunnel, OpensMirroredFrames) {
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Erspan(5, 6).Ethernet()).Build()));
  // Type I: the same protocol without a sequence number has no header of its own.
  test::Bytes type1 = Inner(FrameBuilder().Ethernet().Ipv4().Gre().Ethernet()).Build();
  StoreBe16(type1.data() + 36, 0x88be);
  ExpectInner(Parsed(type1));
  // Type III: 12 bytes, and 8 more where its last bit says so.
  for (const bool platform : {false, true}) {
    test::Bytes type3 = Inner(FrameBuilder().Ethernet().Ipv4().Gre().Ethernet()).Build();
    StoreBe16(type3.data() + 36, 0x22eb);
    test::Bytes header(platform ? 20 : 12);
    header[11] = platform;
    type3.insert(type3.begin() + 38, header.begin(), header.end());
    StoreBe16(type3.data() + 16, static_cast<uint16_t>(type3.size() - 14));
    const Parsed p(type3, LinkType::kEthernet, {.verify_checksums = false});
    ExpectInner(p);
  }
}

TEST(ParseTunnel, OpensPptp) {
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Pptp(1).Ppp()).Build()));
  ExpectInner(Parsed(Inner(FrameBuilder().Ethernet().Ipv4().Pptp(1).Ppp(), true).Build()), 1, true);
  test::Bytes frame = Inner(FrameBuilder().Ethernet().Ipv4().Pptp(1).Ppp()).Build();
  StoreBe16(frame.data() + 34, 0x2001);  // no sequence number: an acknowledgment alone
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kNotIp);
  StoreBe16(frame.data() + 34, 0x3001);
  StoreBe16(frame.data() + 38, 4000);
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadTunnelHeader);
}

TEST(ParseTunnel, RefusesGreItDoesNotSpeak) {
  test::Bytes frame = Inner(FrameBuilder().Ethernet().Ipv4().Gre()).Build();
  frame[35] = 2;  // version
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadTunnelHeader);
  frame[35] = 0;
  frame[34] = 0x40;  // source route of RFC 1701
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadTunnelHeader);
  frame[34] = 0;
  StoreBe16(frame.data() + 36, 0);  // keep-alive
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kNotIp);
}

TEST(ParseTunnel, RefusesTruncatedGre) {
  const auto with_payload = [](test::Bytes payload) {
    return Parsed(FrameBuilder().Ethernet().Ipv4({.protocol = 47}).Payload(std::move(payload)).Build()).outcome;
  };
  EXPECT_EQ(with_payload({0, 0, 8}), ParseOutcome::kTruncatedTunnel);
  EXPECT_EQ(with_payload({0x20, 0, 8, 0, 1, 2, 3}), ParseOutcome::kTruncatedTunnel);
  EXPECT_EQ(with_payload({0x30, 1, 0x88, 0x0b, 0, 0, 0, 0, 1}), ParseOutcome::kTruncatedTunnel);
  EXPECT_EQ(with_payload({0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 1, 2, 3}), ParseOutcome::kTruncatedTunnel);
  EXPECT_EQ(with_payload({0x00, 0, 0x22, 0xeb, 0, 0, 0, 1, 1, 2, 3}), ParseOutcome::kTruncatedTunnel);
}

TEST(ParseTunnel, OpensVxlanAndGeneve) {
  for (const bool outer_v6 : {false, true}) {
    FrameBuilder outer;
    outer.Ethernet();
    outer_v6 ? outer.Ipv6() : outer.Ipv4();
    const Parsed vxlan(Inner(FrameBuilder(outer).Vxlan(42).Ethernet()).Build());
    ExpectInner(vxlan);
    EXPECT_NE(vxlan.headers.tunnel_id, 0u);
    ExpectInner(Parsed(Inner(FrameBuilder(outer).Vxlan(42).Ethernet().Vlan(3), true).Build()), 1, true);
    ExpectInner(Parsed(Inner(FrameBuilder(outer).Geneve(42).Ethernet()).Build()));
    ExpectInner(Parsed(Inner(FrameBuilder(outer).Geneve(42, 12)).Build()));
    ExpectInner(Parsed(Inner(FrameBuilder(outer).Geneve(42, 252), true).Build()), 1, true);
  }
}

TEST(ParseTunnel, NetworksTellFlowsApart) {
  const Parsed a(Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(1).Ethernet()).Build());
  const Parsed b(Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(2).Ethernet()).Build());
  EXPECT_NE(a.headers.tunnel_id, b.headers.tunnel_id);
}

TEST(ParseTunnel, PortsAreConfigurable) {
  test::Bytes frame = Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet()).Build();
  StoreBe16(frame.data() + 36, 8472);
  EXPECT_EQ(Parsed(frame).headers.transport, Transport::kUdp);
  ExpectInner(Parsed(frame, LinkType::kEthernet, {.vxlan_port = 8472}));
}

TEST(ParseTunnel, PortWithoutAValidHeaderIsSimplyUdp) {
  const auto outcome_of = [](uint16_t port, size_t at, uint8_t value) {
    test::Bytes frame = port == 4789 ? Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet()).Build()
                                     : Inner(FrameBuilder().Ethernet().Ipv4().Geneve(42).Ethernet()).Build();
    frame[42 + at] = value;
    const Parsed p(frame);
    EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
    EXPECT_EQ(p.headers.tunnel_depth, 0);
    EXPECT_EQ(p.headers.tunnel_id, 0u);
    EXPECT_EQ(p.headers.payload_offset, 42);
    return p.headers.transport;
  };
  EXPECT_EQ(outcome_of(4789, 0, 0x00), Transport::kUdp);   // I flag missing
  EXPECT_EQ(outcome_of(4789, 0, 0x0c), Transport::kUdp);   // a reserved flag
  EXPECT_EQ(outcome_of(4789, 7, 1), Transport::kUdp);      // reserved byte
  EXPECT_EQ(outcome_of(4789, 20, 0x77), Transport::kUdp);  // no known EtherType inside
  EXPECT_EQ(outcome_of(6081, 0, 0x40), Transport::kUdp);   // version 1
  EXPECT_EQ(outcome_of(6081, 0, 0x3f), Transport::kUdp);   // options past the end
  EXPECT_EQ(outcome_of(6081, 1, 0x01), Transport::kUdp);   // reserved bit
  EXPECT_EQ(outcome_of(6081, 2, 0x12), Transport::kUdp);   // unknown protocol
  const Parsed brief(FrameBuilder().Ethernet().Ipv4().Udp({.dst_port = 4789}).Payload("\x08").Build());
  EXPECT_EQ(brief.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(brief.payload(), "\x08");
}

TEST(ParseTunnel, SimpleUdpOverIpv6StillNeedsItsChecksum) {
  const Parsed p(
      FrameBuilder().Ethernet().Ipv6().Udp({.dst_port = 4789, .zero_checksum = true}).Payload("plain").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kBadUdpChecksum);
}

TEST(ParseTunnel, OuterUdpChecksumDecidesWherePresent) {
  test::Bytes frame = Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet()).Build();
  StoreBe16(frame.data() + 40, 0x1234);
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadUdpChecksum);
}

TEST(ParseTunnel, InnerChecksumDecides) {
  const test::Bytes frame =
      FrameBuilder().Ethernet().Ipv4().Gre().Ipv4().Tcp({.bad_checksum = true}).Payload("decoy").Build();
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadTcpChecksum);
}

TEST(ParseTunnel, RefusesMoreThanTheDepth) {
  const auto nested = [](int n) {
    FrameBuilder builder;
    builder.Ethernet();
    for (int i = 0; i < n; ++i) builder.Ipv4();
    return Inner(std::move(builder)).Build();
  };
  ExpectInner(Parsed(nested(4)), 4);
  const Parsed deep(nested(5));
  EXPECT_EQ(deep.outcome, ParseOutcome::kTunnelTooDeep);
  EXPECT_GT(deep.headers.payload_length, 0u);
  const Parsed vxlan(Inner(FrameBuilder().Ethernet().Ipv4().Vxlan(1).Ethernet()).Build(), LinkType::kEthernet,
                     {.max_tunnel_depth = 0});
  EXPECT_EQ(vxlan.outcome, ParseOutcome::kTunnelTooDeep);
}

TEST(ParseTunnel, HeadersMustEndWithin64KiB) {
  // Options of 2,048 bytes, eight to an IP header, through four tunnels: more than the offsets hold.
  FrameBuilder builder;
  builder.Ethernet();
  for (int tunnel = 0; tunnel < 5; ++tunnel) {
    builder.Ipv6({.payload_length = 0});
    for (int i = 0; i < 8; ++i) builder.DestinationOptions(2048);
  }
  const Parsed p(builder.Tcp().Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kHeadersTooLong);
  EXPECT_EQ(HeaderBytes(*p.packet) + p.headers.payload_length + PaddingBytes(*p.packet), p.packet->length);
}

TEST(ParseTunnel, NonIpInsideForgetsTheOuterAddresses) {
  const Parsed p(
      FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet().EtherType(0x0806).Payload(test::Bytes(28)).Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kNotIp);
  EXPECT_EQ(p.headers.ip_version, 0);
  EXPECT_EQ(p.headers.src_port, 0);
}

TEST(ParseTunnel, ContinuesFromTheOuterContext) {
  Parsed p(Inner(FrameBuilder().Ipv4()).Build(), LinkType::kRawIp);
  p.packet->outer = {.tunnel_id = 77, .vlan = 5, .tunnel_depth = 3};
  EXPECT_EQ(Parse(*p.packet, {}), ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.vlan, 5);
  EXPECT_EQ(p.headers.tunnel_id, 77u);
  EXPECT_EQ(p.headers.tunnel_depth, 4);
  p.packet->outer.tunnel_depth = 4;
  EXPECT_EQ(Parse(*p.packet, {}), ParseOutcome::kTunnelTooDeep);
}

}  // namespace
}  // namespace sluice::packet
