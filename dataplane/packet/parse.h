// Parse: from a frame to its innermost IP and transport headers. Second room of the story.
//
// Opens Ethernet, 802.1Q/QinQ, MPLS, PPPoE, Linux cooked, raw IP, IPv4/IPv6 with all extension headers, GRE, IP-in-IP,
// 6in4, VXLAN and Geneve to a bounded depth. Thread: pure. Allocates: never. Failure: a named reject; packet.headers then
// holds what was readable up to that point.
#pragma once

#include <string_view>

#include "dataplane/packet/packet.h"

namespace sluice::packet {

// Why a packet's content cannot be looked into as a flow. Each has a counter of the same name.
enum class ParseOutcome : uint8_t {
  kTransport,           // TCP, UDP, SCTP or ICMP with complete headers: goes on to the flow stage
  kFragment,            // an IP fragment: goes to the reassembler first
  kNotIp,               // ARP, LLDP, …: nothing to put in a flow; the frame's bytes are not inspected for that reason
  kOtherTransport,      // IP with a transport Sluice does not open (ESP, OSPF, …)
  kTruncatedLink,
  kUnknownLinkProtocol,
  kTruncatedIpv4,
  kBadIpv4HeaderLength,
  kBadIpv4TotalLength,
  kBadIpv4Checksum,
  kTruncatedIpv6,
  kBadIpv6PayloadLength,
  kTruncatedExtensionHeader,
  kTooManyExtensionHeaders,
  kTruncatedTcp,
  kBadTcpDataOffset,
  kBadTcpChecksum,
  kTruncatedUdp,
  kBadUdpLength,
  kBadUdpChecksum,
  kTruncatedIcmp,
  kTruncatedSctp,
  kTruncatedTunnel,
  kTunnelTooDeep,
  kCount,
};
std::string_view Name(ParseOutcome outcome);

struct ParseOptions {
  bool verify_checksums = true;   // IPv4 header, TCP, UDP: a segment with a bad one must not reach reassembly
  uint8_t max_tunnel_depth = 4;
  uint8_t max_extension_headers = 8;
};

// Fills packet.headers. REQUIRES: data, length, link_type set. No byte past `length` is read.
ParseOutcome Parse(Packet& packet, const ParseOptions& options) noexcept;

}  // namespace sluice::packet
