// Parse: from a frame to its innermost IP and transport headers. Second room of the story.
//
// Opens Ethernet, 802.1Q/QinQ, MPLS, PPPoE, Linux cooked, raw IP, IPv4/IPv6 with all extension headers, GRE, IP-in-IP,
// 6in4, VXLAN and Geneve to a bounded depth. Thread: pure. Allocates: never. Failure: a named reject; packet.headers
// then holds what was readable up to that point.
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
  kUnknownLinkProtocol,  // the link names a content that might be IP and that Sluice does not open
  kTooManyLinkTags,
  kBadIpVersion,         // the version nibble is not what the header before said
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
  kBadTunnelHeader,
  kTunnelTooDeep,
  kHeadersTooLong,  // the headers do not end within the first 65,535 bytes
  kCount,
};
std::string_view Name(ParseOutcome outcome);

struct ParseOptions {
  bool verify_checksums = true;   // IPv4 header, TCP, UDP: a segment with a bad one must not reach reassembly
  // The innermost TCP checksum is not looked at: Packet::checksum_pending then says that it must be. Headers can so be read
  // for a whole burst, on another core than the one that will read the payload.
  bool defer_tcp_checksum = false;
  // A length of 0 in the IP header stands for the whole frame, as in captures taken above a segmenting network card and
  // in jumbograms. On a wire no host takes such an IPv4 datagram: a worker turns this off.
  bool accept_zero_ip_length = true;
  uint8_t max_tunnel_depth = 4;
  uint8_t max_extension_headers = 8;  // of one IP header
  uint8_t max_link_tags = 16;         // VLAN tags and MPLS labels of one frame, tunnels included
  uint16_t vxlan_port = 4789;         // RFC 7348, 8
  uint16_t geneve_port = 6081;        // RFC 8926, 3.3
};

// Fills packet.headers; starts from packet.outer. REQUIRES: data, length, link_type set. No byte past `length` is read.
ParseOutcome Parse(Packet& packet, const ParseOptions& options) noexcept;

// What Parse deferred. REQUIRES: packet.checksum_pending. Reads all of the segment.
bool TcpChecksumHolds(const Packet& packet) noexcept;

// Every byte of a parsed frame is one of three: HeaderBytes + headers.payload_length + PaddingBytes == length, whatever
// the outcome. Header bytes come first, padding (link padding, checksums of the link, trailers) last.
inline uint32_t HeaderBytes(const Packet& packet) noexcept { return packet.headers.payload_offset; }
inline uint32_t PaddingBytes(const Packet& packet) noexcept {
  return packet.length - packet.headers.payload_offset - packet.headers.payload_length;
}

}  // namespace sluice::packet
