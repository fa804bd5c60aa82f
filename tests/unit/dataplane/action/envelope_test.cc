// Frames made inside every encapsulation that can be rebuilt, read back by the parser; refusal of those that cannot.
#include "dataplane/action/envelope.h"

#include <functional>
#include <string>

#include "base/byte_order.h"
#include "tests/unit/dataplane/action/seen_packet.h"

namespace sluice::action {
namespace {

using packet::LinkType;
using packet::ParseOutcome;
using packet::TcpFlag;
using test::FrameBuilder;

struct Encapsulation {
  std::string name;
  std::function<FrameBuilder()> outer;
  LinkType link = LinkType::kEthernet;

  friend void PrintTo(const Encapsulation& encapsulation, std::ostream* out) { *out << encapsulation.name; }
};

std::vector<Encapsulation> Rebuildable() {
  return {
      {"Ethernet", [] { return FrameBuilder().Ethernet(); }},
      {"Snap", [] { return FrameBuilder().Ethernet().Snap(); }},
      {"Vlan", [] { return FrameBuilder().Ethernet().Vlan(7); }},
      {"QinQ", [] { return FrameBuilder().Ethernet().Vlan(7, 0x88a8).Vlan(8); }},
      {"Mpls", [] { return FrameBuilder().Ethernet().Mpls(16).Mpls(17); }},
      {"MplsUnderVlan", [] { return FrameBuilder().Ethernet().Vlan(7).Mpls(16); }},
      {"PseudoWire", [] { return FrameBuilder().Ethernet().Mpls(16).PseudoWireControlWord().Ethernet(); }},
      {"Pppoe", [] { return FrameBuilder().Ethernet().Pppoe(); }},
      {"PppoeUnderVlan", [] { return FrameBuilder().Ethernet().Vlan(7).Pppoe(); }},
      {"IpInIp", [] { return FrameBuilder().Ethernet().Ipv4({.src = "192.0.2.1", .dst = "192.0.2.2"}); }},
      {"SixInFour", [] { return FrameBuilder().Ethernet().Ipv6(); }},
      {"IpInIpv6WithTunnelLimit", [] { return FrameBuilder().Ethernet().Ipv6().DestinationOptions(); }},
      {"Gre", [] { return FrameBuilder().Ethernet().Ipv4().Gre(); }},
      {"GreKey", [] { return FrameBuilder().Ethernet().Ipv4().Gre({.key = 9}); }},
      {"GreChecksum", [] { return FrameBuilder().Ethernet().Ipv4().Gre({.has_checksum = true, .key = 9}); }},
      {"GreBridged", [] { return FrameBuilder().Ethernet().Ipv6().Gre().Ethernet().Vlan(3); }},
      {"Vxlan", [] { return FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet(); }},
      {"VxlanOverIpv6", [] { return FrameBuilder().Ethernet().Ipv6().Vxlan(42).Ethernet().Vlan(9); }},
      {"Geneve", [] { return FrameBuilder().Ethernet().Ipv4().Geneve(42).Ethernet(); }},
      {"GeneveWithOptions", [] { return FrameBuilder().Ethernet().Ipv4().Geneve(42, 12).Ethernet(); }},
      {"GreInVxlan", [] { return FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet().Ipv4().Gre(); }},
      {"RawIp", [] { return FrameBuilder(); }, LinkType::kRawIp},
      {"LinuxCooked", [] { return FrameBuilder().LinuxCooked(); }, LinkType::kLinuxCooked},
      {"LinuxCooked2", [] { return FrameBuilder().LinuxCooked2(); }, LinkType::kLinuxCooked2},
      {"Null", [] { return FrameBuilder().NullLink(); }, LinkType::kNull},
      {"Loop", [] { return FrameBuilder().LoopLink(); }, LinkType::kLoop},
      {"Ppp", [] { return FrameBuilder().Ppp(); }, LinkType::kPpp},
  };
}

enum class Inner { kIpv4, kIpv6 };

class EveryEnvelope : public testing::TestWithParam<std::tuple<Encapsulation, Inner>> {
 protected:
  SeenPacket Seen() const {
    FrameBuilder builder = std::get<0>(GetParam()).outer();
    if (std::get<1>(GetParam()) == Inner::kIpv4) builder.Ipv4();
    if (std::get<1>(GetParam()) == Inner::kIpv6) builder.Ipv6();
    return SeenPacket(builder.Tcp({.seq = 100, .ack = 900}).Payload(std::string(700, 'd')).Build(),
                      std::get<0>(GetParam()).link);
  }
};

void ExpectSameTags(const SeenPacket& seen, const SeenPacket& made) {
  EXPECT_EQ(made.headers().vlan, seen.headers().vlan);
  EXPECT_EQ(made.headers().tunnel_id, seen.headers().tunnel_id);
  EXPECT_EQ(made.headers().tunnel_depth, seen.headers().tunnel_depth);
  EXPECT_EQ(made.headers().l3_offset, seen.headers().l3_offset);
}

TEST_P(EveryEnvelope, CarriesAResetOn) {
  const SeenPacket seen = Seen();
  ASSERT_EQ(seen.outcome(), ParseOutcome::kTransport) << packet::Name(seen.outcome());
  const SeenPacket made = BuildAndParse(seen, Toward::kReceiver, ResetAt(100, 900));
  ASSERT_EQ(made.outcome(), ParseOutcome::kTransport) << packet::Name(made.outcome());
  ExpectSameTags(seen, made);
  EXPECT_EQ(made.headers().src, seen.headers().src);
  EXPECT_EQ(made.headers().dst, seen.headers().dst);
  EXPECT_EQ(made.headers().tcp.seq, 100u);
  EXPECT_EQ(made.headers().payload_length, 0u);
}

TEST_P(EveryEnvelope, CarriesAPageBack) {
  const SeenPacket seen = Seen();
  const std::string page(1001, 'P');  // longer than what was seen, and odd
  const TcpSegmentSpec spec{.seq = 900, .ack = 800, .flags = TcpFlag::kAck | TcpFlag::kFin, .payload = ByteView(page)};
  const SeenPacket made = BuildAndParse(seen, Toward::kSender, spec);
  ASSERT_EQ(made.outcome(), ParseOutcome::kTransport) << packet::Name(made.outcome());
  ExpectSameTags(seen, made);
  EXPECT_EQ(made.headers().src, seen.headers().dst);
  EXPECT_EQ(made.headers().dst, seen.headers().src);
  EXPECT_EQ(made.packet().Payload().AsText(), page);
}

INSTANTIATE_TEST_SUITE_P(Action, EveryEnvelope,
                         testing::Combine(testing::ValuesIn(Rebuildable()),
                                          testing::Values(Inner::kIpv4, Inner::kIpv6)),
                         [](const auto& test_info) {
                           return std::get<0>(test_info.param).name +
                                  (std::get<1>(test_info.param) == Inner::kIpv4 ? "_Ipv4" : "_Ipv6");
                         });

class RefusedEnvelope : public testing::TestWithParam<Encapsulation> {};

TEST_P(RefusedEnvelope, GivesNoFrame) {
  const SeenPacket seen(GetParam().outer().Ipv4().Tcp().Payload("x").Build(), GetParam().link);
  ASSERT_EQ(seen.outcome(), ParseOutcome::kTransport) << packet::Name(seen.outcome());
  EXPECT_TRUE(Build(seen, Toward::kReceiver, ResetAt(1, 2)).empty());
  EXPECT_TRUE(Build(seen, Toward::kSender, ResetAt(1, 2)).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Action, RefusedEnvelope,
    testing::Values(
        Encapsulation{"GreSequence", [] { return FrameBuilder().Ethernet().Ipv4().Gre({.has_sequence = true}); }},
        Encapsulation{"Pptp", [] { return FrameBuilder().Ethernet().Ipv4().Pptp(5).Ppp(); }},
        Encapsulation{"Erspan", [] { return FrameBuilder().Ethernet().Ipv4().Erspan(1, 2).Ethernet(); }},
        Encapsulation{"OuterIpv4Options",
                      [] { return FrameBuilder().Ethernet().Ipv4({.options = test::Bytes(4, 1)}).Gre(); }},
        Encapsulation{"OuterRoutingHeader", [] { return FrameBuilder().Ethernet().Ipv6().Routing().Gre(); }}),
    [](const auto& test_info) { return test_info.param.name; });

TEST(Envelope, SwapsTheEndsOfEveryTunnelLayer) {
  const SeenPacket seen(FrameBuilder()
                            .Ethernet()
                            .Ipv4({.src = "192.0.2.1", .dst = "192.0.2.2"})
                            .Vxlan(42)
                            .Ethernet()
                            .Ipv4()
                            .Tcp()
                            .Payload("x")
                            .Build());
  const test::Bytes made = Build(seen, Toward::kSender, ResetAt(1, 2));
  ASSERT_FALSE(made.empty());
  const auto same = [&](size_t made_at, size_t seen_at, size_t n) {
    return std::equal(made.begin() + made_at, made.begin() + made_at + n, seen.bytes().begin() + seen_at);
  };
  EXPECT_TRUE(same(0, 6, 6) && same(6, 0, 6));      // outer MACs
  EXPECT_TRUE(same(26, 30, 4) && same(30, 26, 4));  // outer addresses
  EXPECT_TRUE(same(34, 34, 4));                     // VXLAN's ports stay: entropy and service
  const size_t inner = 14 + 20 + 8 + 8;
  EXPECT_TRUE(same(inner, inner + 6, 6) && same(inner + 6, inner, 6));
}

TEST(Envelope, CorrectsTheGreChecksum) {
  const SeenPacket seen(FrameBuilder().Ethernet().Ipv4().Gre({.has_checksum = true}).Ipv4().Tcp().Payload("x").Build());
  const test::Bytes made = Build(seen, Toward::kReceiver, ResetAt(1, 2));
  ASSERT_GT(made.size(), 34u);
  EXPECT_EQ(test::PlainChecksum(made.data() + 34, made.size() - 34), 0);
}

// RFC 768 checksum over pseudo header and datagram, taken apart from the code under test.
uint16_t OuterUdpChecksum(const test::Bytes& frame) {
  test::Bytes covered(frame.begin() + 26, frame.begin() + 34);
  covered.insert(covered.end(), {0, 17, frame[38], frame[39]});
  covered.insert(covered.end(), frame.begin() + 34, frame.begin() + 34 + LoadBe16(frame.data() + 38));
  return test::PlainChecksum(covered.data(), covered.size());
}

TEST(Envelope, CorrectsTheTunnelsUdpChecksumWhereThereIsOne) {
  test::Bytes frame = FrameBuilder().Ethernet().Ipv4().Vxlan(1).Ethernet().Ipv4().Tcp().Payload("odd").Build();
  StoreBe16(frame.data() + 40, 0);
  const uint16_t checksum = OuterUdpChecksum(frame);
  StoreBe16(frame.data() + 40, checksum);
  const SeenPacket seen(frame);
  ASSERT_EQ(seen.outcome(), ParseOutcome::kTransport);
  const test::Bytes made = Build(seen, Toward::kSender, ResetAt(1, 2));
  ASSERT_FALSE(made.empty());
  EXPECT_NE(LoadBe16(made.data() + 40), 0);
  EXPECT_EQ(OuterUdpChecksum(made), 0);
}

TEST(Envelope, LeavesAnAbsentTunnelUdpChecksumAbsent) {
  test::Bytes frame = FrameBuilder().Ethernet().Ipv4().Vxlan(1).Ethernet().Ipv4().Tcp().Payload("x").Build();
  StoreBe16(frame.data() + 40, 0);
  const test::Bytes made = Build(SeenPacket(frame), Toward::kSender, ResetAt(1, 2));
  ASSERT_FALSE(made.empty());
  EXPECT_EQ(LoadBe16(made.data() + 40), 0);
}

TEST(Envelope, TurnsTheDirectionOfALinuxCookedHeader) {
  test::Bytes frame = FrameBuilder().LinuxCooked().Ipv4().Tcp().Payload("x").Build();
  StoreBe16(frame.data(), 0);  // to us
  const test::Bytes back = Build(SeenPacket(frame, LinkType::kLinuxCooked), Toward::kSender, ResetAt(1, 2));
  ASSERT_FALSE(back.empty());
  EXPECT_EQ(LoadBe16(back.data()), 4);  // outgoing
  EXPECT_TRUE(std::all_of(back.begin() + 6, back.begin() + 14, [](uint8_t b) { return b == 0; }));
}

TEST(Envelope, RefusesAPageThatAnEthernetLengthFieldCannotHold) {
  const SeenPacket seen(FrameBuilder().Ethernet().Snap().Ipv4().Tcp().Payload("x").Build());
  const std::string payload(1460, 'x');  // 1460 + 40 + 8 > 1500
  EXPECT_TRUE(Build(seen, Toward::kSender, {.payload = ByteView(payload)}).empty());
}

TEST(Envelope, RefusesMoreLayersThanItHasRoomFor) {
  test::Bytes frame = FrameBuilder().Ethernet().Ipv4().Tcp().Payload("x").Build();
  // GRE-bridged Ethernet in IPv4, over and over: 38 bytes a round, three layers each.
  test::Bytes round(frame.begin(), frame.begin() + 34);
  round[23] = 47;
  round.insert(round.end(), {0, 0, 0x65, 0x58});
  test::Bytes tall;
  for (int i = 0; i < 8; ++i) tall.insert(tall.end(), round.begin(), round.end());
  tall.insert(tall.end(), frame.begin(), frame.end());
  packet::Packet seen = SeenPacket(frame).packet();
  seen.data = tall.data();
  seen.length = seen.wire_length = static_cast<uint32_t>(tall.size());
  seen.headers.l3_offset = static_cast<uint16_t>(8 * 38 + 14);
  Envelope envelope;
  EXPECT_FALSE(Envelope::Read(seen, envelope));
}

TEST(Envelope, NeverReadsPastACutFrame) {
  for (const Encapsulation& encapsulation : Rebuildable()) {
    const test::Bytes whole = encapsulation.outer().Ipv4().Tcp().Payload("x").Build();
    SeenPacket seen(whole, encapsulation.link);
    for (size_t length = 0; length < seen.headers().l3_offset; ++length) {
      const std::unique_ptr<uint8_t[]> cut(new uint8_t[length]);
      std::copy_n(whole.begin(), length, cut.get());
      packet::Packet packet = seen.packet();
      packet.data = cut.get();
      packet.length = static_cast<uint32_t>(length);
      Envelope envelope;
      EXPECT_FALSE(Envelope::Read(packet, envelope)) << encapsulation.name << " cut to " << length;
    }
  }
}

}  // namespace
}  // namespace sluice::action
