// SampleFrames: one frame of each encapsulation that Parse opens, by name.
#pragma once

#include <string>
#include <vector>

#include "tests/support/packet_builder.h"

namespace sluice::packet {

struct SampleFrame {
  std::string name;
  test::Bytes bytes;
  LinkType link_type = LinkType::kEthernet;
};

inline std::vector<SampleFrame> SampleFrames() {
  using test::FrameBuilder;
  const auto tcp = [](FrameBuilder b) { return b.Ipv4().Tcp({.has_timestamp = true}).Payload("hello").Build(); };
  const auto udp6 = [](FrameBuilder b) { return b.Ipv6().Udp().Payload("hello").Build(); };
  const FrameBuilder eth = FrameBuilder().Ethernet();
  const auto on = [&] { return FrameBuilder(eth); };
  return {
      {"ethernet_tcp", tcp(on())},
      {"ethernet_udp6_padding", on().Ipv6().Udp().Payload("x").LinkPadding(20).Build()},
      {"snap", tcp(on().Snap())},
      {"vlan", tcp(on().Vlan(1))},
      {"qinq", udp6(on().Vlan(1, 0x88a8).Vlan(2))},
      {"mpls", tcp(on().Mpls(16).Mpls(17))},
      {"mpls_pseudo_wire", tcp(on().Mpls(16).PseudoWireControlWord().Ethernet())},
      {"pppoe", tcp(on().Pppoe())},
      {"linux_cooked", tcp(FrameBuilder().LinuxCooked()), LinkType::kLinuxCooked},
      {"linux_cooked2", udp6(FrameBuilder().LinuxCooked2()), LinkType::kLinuxCooked2},
      {"null", tcp(FrameBuilder().NullLink()), LinkType::kNull},
      {"loop", tcp(FrameBuilder().LoopLink()), LinkType::kLoop},
      {"ppp", tcp(FrameBuilder().Ppp()), LinkType::kPpp},
      {"raw_ip", tcp(FrameBuilder()), LinkType::kRawIp},
      {"ipv4_options", on().Ipv4({.options = {7, 3, 4, 0}}).Tcp().Payload("x").Build()},
      {"ipv6_extensions", on().Ipv6().HopByHop().Routing(24).DestinationOptions(16).Authentication().Fragment(1)
                              .Mobility().Hip().Shim6().Tcp().Payload("x").Build()},
      {"ip_in_ip", tcp(on().Ipv4())},
      {"six_in_four", udp6(on().Ipv4())},
      {"four_in_six", tcp(on().Ipv6())},
      {"gre", tcp(on().Ipv4().Gre({.has_checksum = true, .has_sequence = true, .key = 5}))},
      {"gre_ethernet", tcp(on().Ipv4().Gre().Ethernet())},
      {"pptp", tcp(on().Ipv4().Pptp(7).Ppp())},
      {"erspan", tcp(on().Ipv4().Erspan(1, 2).Ethernet())},
      {"vxlan", tcp(on().Ipv4().Vxlan(42).Ethernet())},
      {"geneve", udp6(on().Ipv6().Geneve(42, 16).Ethernet())},
      {"vxlan_in_gre", tcp(on().Ipv4().Gre().Ipv4().Vxlan(42).Ethernet().Vlan(9))},
      {"icmp", on().Ipv4().Icmp().Payload("ping").Build()},
      {"icmp6", on().Ipv6().Icmp(128).Payload("ping").Build()},
      {"sctp", on().Ipv4().Sctp().Payload("chunk").Build()},
      {"arp", on().EtherType(0x0806).Payload(test::Bytes(28)).LinkPadding(18).Build()},
      {"fragment4", on().Ipv4().Udp().Payload("0123456789abcdef").BuildFragments(16, 5)[0]},
      {"fragment6", on().Ipv6().Udp().Payload("0123456789abcdef").BuildFragments(16, 5)[1]},
  };
}

}  // namespace sluice::packet
