#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {
namespace {

using test::FrameBuilder;

TEST(ParseIpv4, StepsOverOptions) {
  const test::Ipv4Spec with_options = {.ttl = 9, .options = {7, 7, 4, 0, 0, 0, 0}};
  const Parsed p(FrameBuilder().Ethernet().Ipv4(with_options).Tcp().Payload("x").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.l4_offset, 14 + 28);
  EXPECT_EQ(p.headers.ttl, 9);
  EXPECT_EQ(p.payload(), "x");
}

TEST(ParseIpv4, RefusesHeaderLengthLies) {
  test::Bytes frame = FrameBuilder().Ethernet().Ipv4().Tcp().Build();
  frame[14] = 0x44;
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadIpv4HeaderLength);
  frame[14] = 0x4f;  // 60 bytes where 40 are left
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadIpv4HeaderLength);
  frame[14] = 0x65;
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadIpVersion);
}

TEST(ParseIpv4, RefusesTotalLengthLies) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.total_length = 19}).Tcp().Build()).outcome,
            ParseOutcome::kBadIpv4TotalLength);
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.total_length = 41}).Tcp().Build()).outcome,
            ParseOutcome::kBadIpv4TotalLength);
}

TEST(ParseIpv4, TakesTheFrameForATotalLengthOfZeroWhereAsked) {
  const test::Bytes frame =
      FrameBuilder().Ethernet().Ipv4({.total_length = 0}).Tcp().Payload("segmented later").Build();
  const Parsed accepted(frame);
  EXPECT_EQ(accepted.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(accepted.payload(), "segmented later");
  EXPECT_EQ(Parsed(frame, LinkType::kEthernet, {.accept_zero_ip_length = false}).outcome,
            ParseOutcome::kBadIpv4TotalLength);
}

TEST(ParseIpv4, VerifiesTheHeaderChecksumUnlessTrusted) {
  const test::Bytes frame = FrameBuilder().Ethernet().Ipv4({.bad_checksum = true}).Tcp().Build();
  EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kBadIpv4Checksum);
  EXPECT_EQ(Parsed(frame, LinkType::kEthernet, {.verify_checksums = false}).outcome, ParseOutcome::kTransport);
  Parsed p(frame);
  p.packet->checksum_trusted = true;
  EXPECT_EQ(Parse(*p.packet, {}), ParseOutcome::kTransport);
  const test::Bytes with_options =
      FrameBuilder().Ethernet().Ipv4({.options = {1, 1, 1, 1}, .bad_checksum = true}).Tcp().Build();
  EXPECT_EQ(Parsed(with_options).outcome, ParseOutcome::kBadIpv4Checksum);
}

TEST(ParseIpv4, RefusesTruncatedHeaders) {
  const test::Bytes frame = FrameBuilder().Ethernet().Ipv4().Tcp().Build();
  EXPECT_EQ(Parsed(test::Bytes(frame.begin(), frame.begin() + 33)).outcome, ParseOutcome::kTruncatedIpv4);
  test::PacketStore store;
  Packet* cut = store.AddCut(FrameBuilder().Ethernet().Ipv4({.options = {1, 1, 1, 1}}).Tcp().Build(), 36);
  EXPECT_EQ(Parse(*cut, {}), ParseOutcome::kTruncatedIpv4);
}

TEST(ParseIpv4, StopsAtFragments) {
  const auto pieces = FrameBuilder().Ethernet().Vlan(4).Ipv4().Udp().Payload("0123456789abcdef").BuildFragments(16, 77);
  ASSERT_EQ(pieces.size(), 2u);
  const Parsed first(pieces[0]), second(pieces[1]);
  EXPECT_EQ(first.outcome, ParseOutcome::kFragment);
  EXPECT_TRUE(first.headers.is_fragment);
  EXPECT_TRUE(first.headers.fragment_more);
  EXPECT_EQ(first.headers.fragment_offset, 0);
  EXPECT_EQ(first.headers.fragment_id, 77u);
  EXPECT_EQ(first.headers.ip_protocol, 17);
  EXPECT_EQ(first.headers.payload_length, 16u);
  EXPECT_EQ(first.headers.transport, Transport::kNone);
  EXPECT_EQ(second.outcome, ParseOutcome::kFragment);
  EXPECT_FALSE(second.headers.fragment_more);
  EXPECT_EQ(second.headers.fragment_offset, 16);
  EXPECT_EQ(second.payload(), "89abcdef");
}

TEST(ParseIpv4, DontFragmentAloneIsNoFragment) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.dont_fragment = true}).Tcp().Build()).outcome,
            ParseOutcome::kTransport);
}

TEST(ParseIpv4, NamesTransportsItDoesNotOpen) {
  const Parsed p(FrameBuilder().Ethernet().Ipv4({.protocol = 50}).Payload("esp").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kOtherTransport);
  EXPECT_EQ(p.headers.transport, Transport::kOther);
  EXPECT_EQ(p.headers.ip_protocol, 50);
  EXPECT_EQ(p.payload(), "esp");
  // IPv6's hop-by-hop options have no meaning here.
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv4({.protocol = 0}).Payload("12345678").Build()).outcome,
            ParseOutcome::kOtherTransport);
}

TEST(ParseIpv4, StepsOverAuthentication) {
  const Parsed p(FrameBuilder().Ethernet().Ipv4().Authentication().Tcp().Payload("x").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.payload(), "x");
}

TEST(ParseIpv6, ReadsTheHeader) {
  const Parsed p(FrameBuilder().Ethernet().Ipv6({.hop_limit = 3}).Tcp().Payload("x").LinkPadding(5).Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.ip_version, 6);
  EXPECT_EQ(p.headers.ttl, 3);
  EXPECT_EQ(Format(p.headers.dst), "2001:db8::2");
  EXPECT_EQ(p.payload(), "x");
  EXPECT_EQ(PaddingBytes(*p.packet), 5u);
}

TEST(ParseIpv6, StepsOverEveryExtensionHeader) {
  const Parsed p(FrameBuilder().Ethernet().Ipv6().HopByHop(16).DestinationOptions(8).Routing(24).Authentication(24)
                     .Mobility(8).Hip(16).Shim6(8).Tcp().Payload("x").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(p.headers.ip_protocol, 6);
  EXPECT_EQ(p.payload(), "x");
}

TEST(ParseIpv6, RefusesEndlessChains) {
  FrameBuilder builder;
  builder.Ethernet().Ipv6();
  for (int i = 0; i < 9; ++i) builder.DestinationOptions();
  EXPECT_EQ(Parsed(builder.Tcp().Build()).outcome, ParseOutcome::kTooManyExtensionHeaders);
}

TEST(ParseIpv6, RefusesExtensionLengthLies) {
  for (const bool authentication : {false, true}) {
    FrameBuilder builder;
    builder.Ethernet().Ipv6();
    authentication ? builder.Authentication() : builder.DestinationOptions();
    test::Bytes frame = builder.Tcp().Build();
    frame[14 + 40 + 1] = 200;
    EXPECT_EQ(Parsed(frame).outcome, ParseOutcome::kTruncatedExtensionHeader);
  }
  const Parsed short_fragment(FrameBuilder().Ethernet().Ipv6({.next_header = 44}).Payload("1234567").Build());
  EXPECT_EQ(short_fragment.outcome, ParseOutcome::kTruncatedExtensionHeader);
}

TEST(ParseIpv6, RefusesPayloadLengthPastTheFrame) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv6({.payload_length = 21}).Tcp().Build()).outcome,
            ParseOutcome::kBadIpv6PayloadLength);
  const test::Bytes frame = FrameBuilder().Ethernet().Ipv6().Tcp().Build();
  EXPECT_EQ(Parsed(test::Bytes(frame.begin(), frame.begin() + 53)).outcome, ParseOutcome::kTruncatedIpv6);
}

TEST(ParseIpv6, TakesTheFrameForALengthOfZeroUnlessNothingFollows) {
  EXPECT_EQ(Parsed(FrameBuilder().Ethernet().Ipv6({.payload_length = 0}).Tcp().Payload("x").Build()).payload(), "x");
  const Parsed none(FrameBuilder().Ethernet().Ipv6({.next_header = 59, .payload_length = 0}).LinkPadding(6).Build());
  EXPECT_EQ(none.outcome, ParseOutcome::kOtherTransport);
  EXPECT_EQ(none.headers.payload_length, 0u);
}

TEST(ParseIpv6, AtomicFragmentIsAWholeDatagram) {
  const Parsed p(FrameBuilder().Ethernet().Ipv6().Fragment(1).Tcp().Payload("x").Build());
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_FALSE(p.headers.is_fragment);
  EXPECT_EQ(p.payload(), "x");
}

TEST(ParseIpv6, StopsAtFragments) {
  const auto pieces =
      FrameBuilder().Ethernet().Ipv6().HopByHop().Udp().Payload("0123456789abcdef").BuildFragments(16, 0x12345678);
  ASSERT_EQ(pieces.size(), 2u);
  const Parsed first(pieces[0]), second(pieces[1]);
  EXPECT_EQ(first.outcome, ParseOutcome::kFragment);
  EXPECT_TRUE(first.headers.fragment_more);
  EXPECT_EQ(first.headers.fragment_id, 0x12345678u);
  EXPECT_EQ(first.headers.ip_protocol, 17);
  EXPECT_EQ(first.headers.payload_length, 16u);
  EXPECT_EQ(second.headers.fragment_offset, 16);
  EXPECT_FALSE(second.headers.fragment_more);
  EXPECT_EQ(second.payload(), "89abcdef");
}

// A segment under way through a routing header has its checksum over where it will end.
TEST(ParseIpv6, ChecksumIsOverTheFinalDestination) {
  for (const uint8_t type : std::initializer_list<uint8_t>{0, 2, 4}) {
    test::Bytes frame = FrameBuilder().Ethernet().Ipv6({.dst = "2001:db8::2"}).Routing(24).Tcp().Payload("x").Build();
    uint8_t* ip = frame.data() + 14;
    ip[40 + 2] = type;
    ip[40 + 3] = 1;
    std::copy(ip + 24, ip + 40, ip + 48);                             // the end: 2001:db8::2
    const IpAddress waypoint = test::Address("2001:db8::99");
    std::copy(waypoint.bytes.begin(), waypoint.bytes.end(), ip + 24);  // the hop it is sent to now
    const Parsed p(frame);
    EXPECT_EQ(p.outcome, ParseOutcome::kTransport) << int{type};
    EXPECT_EQ(Format(p.headers.dst), "2001:db8::2");
  }
}

TEST(ParseIpv6, ChecksumIsOverTheHomeAddress) {
  test::Bytes frame = FrameBuilder().Ethernet().Ipv6({.src = "2001:db8::1"}).DestinationOptions(24).Tcp().Build();
  uint8_t* ip = frame.data() + 14;
  uint8_t* options = ip + 42;
  const uint8_t pad_and_option[] = {1, 2, 0, 0, 0xc9, 16};  // PadN, then the home address (RFC 6275, 6.3)
  std::copy(std::begin(pad_and_option), std::end(pad_and_option), options);
  std::copy(ip + 8, ip + 24, options + 6);
  const IpAddress care_of = test::Address("2001:db8:1::5");
  std::copy(care_of.bytes.begin(), care_of.bytes.end(), ip + 8);
  const Parsed p(frame);
  EXPECT_EQ(p.outcome, ParseOutcome::kTransport);
  EXPECT_EQ(Format(p.headers.src), "2001:db8::1");
}

}  // namespace
}  // namespace sluice::packet
