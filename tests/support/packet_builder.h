// FrameBuilder: a frame made to order for a test, written as one reads it from the outside in.
//
//   Bytes frame = FrameBuilder().Ethernet().Vlan(7).Ipv4().Tcp({.seq = 1, .flags = kAck}).Payload("hello").Build();
//
// Lengths, next-protocol fields and checksums are right unless the test asks for a wrong one. Everything here is
// written apart from dataplane/packet, so that the two check each other. Failure: aborts on a recipe that makes no
// sense (a mistyped address).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/packet/packet.h"
#include "tests/support/packet_store.h"

namespace sluice::test {

Bytes ToBytes(std::string_view text);
// "10.0.0.1" or "2001:db8::1".
packet::IpAddress Address(std::string_view text);
// The Internet checksum (RFC 1071), two bytes at a time: slow and plain.
uint16_t PlainChecksum(const uint8_t* data, size_t size, uint32_t initial = 0);

struct Ipv4Spec {
  std::string src = "10.0.0.1", dst = "10.0.0.2";
  uint8_t ttl = 64;
  uint16_t id = 0;
  bool dont_fragment = true, more_fragments = false;
  uint16_t fragment_offset = 0;  // bytes, a multiple of 8
  Bytes options = {};            // padded to a multiple of 4 by the builder
  int protocol = -1;             // what the next header calls for unless given
  bool bad_checksum = false;
  int total_length = -1;  // a lie on demand
};

struct Ipv6Spec {
  std::string src = "2001:db8::1", dst = "2001:db8::2";
  uint8_t hop_limit = 64;
  int next_header = -1;
  int payload_length = -1;
};

struct TcpSpec {
  uint16_t src_port = 40000, dst_port = 80;
  uint32_t seq = 1, ack = 0;
  uint8_t flags = packet::TcpFlag::kAck;
  uint16_t window = 65535, urgent_pointer = 0;
  int mss = -1, window_shift = -1;  // absent unless given
  bool sack_permitted = false;
  bool has_timestamp = false;
  uint32_t timestamp_value = 0, timestamp_echo = 0;
  Bytes raw_options = {};  // appended; padded by the builder
  bool bad_checksum = false;
  int data_offset = -1;  // in words; a lie on demand
};

struct UdpSpec {
  uint16_t src_port = 50000, dst_port = 53;
  bool zero_checksum = false, bad_checksum = false;
  int length = -1;  // a lie on demand
};

struct GreSpec {
  bool has_checksum = false, has_sequence = false;
  int64_t key = -1;
};

class FrameBuilder {
 public:
  // Links.
  FrameBuilder& Ethernet();
  FrameBuilder& Snap();  // 802.3 length + LLC/SNAP instead of an EtherType; after Ethernet()
  FrameBuilder& Vlan(uint16_t id, uint16_t tag_protocol = 0x8100);
  FrameBuilder& Mpls(uint32_t label);
  FrameBuilder& PseudoWireControlWord();
  FrameBuilder& Pppoe();  // session, with its PPP protocol field
  FrameBuilder& Ppp();    // address, control, protocol
  FrameBuilder& LinuxCooked();
  FrameBuilder& LinuxCooked2();
  FrameBuilder& NullLink();  // little-endian family
  FrameBuilder& LoopLink();  // network-order family
  FrameBuilder& EtherType(uint16_t type);  // raw frame of that type: the EtherType of the layer above is set to it
  // Internet.
  FrameBuilder& Ipv4(Ipv4Spec spec = {});
  FrameBuilder& Ipv6(Ipv6Spec spec = {});
  FrameBuilder& HopByHop(size_t bytes = 8);
  FrameBuilder& Routing(size_t bytes = 8);
  FrameBuilder& DestinationOptions(size_t bytes = 8);
  FrameBuilder& Mobility(size_t bytes = 8);
  FrameBuilder& Hip(size_t bytes = 8);
  FrameBuilder& Shim6(size_t bytes = 8);
  FrameBuilder& Authentication(size_t bytes = 24);  // a multiple of 4
  FrameBuilder& Fragment(uint32_t id, uint16_t offset = 0, bool more = false);  // IPv6; offset in bytes
  // Tunnels.
  FrameBuilder& Gre(GreSpec spec = {});
  FrameBuilder& Pptp(uint16_t call_id);               // GRE version 1 with a sequence number, PPP inside
  FrameBuilder& Erspan(uint16_t vlan, uint16_t session);  // type II
  FrameBuilder& Vxlan(uint32_t vni);                   // with its UDP header
  FrameBuilder& Geneve(uint32_t vni, size_t option_bytes = 0);
  // Transport.
  FrameBuilder& Tcp(TcpSpec spec = {});
  FrameBuilder& Udp(UdpSpec spec = {});
  FrameBuilder& Icmp(uint8_t type = 8, uint8_t code = 0, uint16_t id = 1, uint16_t sequence = 1);  // v4 or v6 by IP
  FrameBuilder& Sctp(uint16_t src_port = 5000, uint16_t dst_port = 5001);
  // Content.
  FrameBuilder& Payload(std::string_view text);
  FrameBuilder& Payload(Bytes bytes);
  FrameBuilder& LinkPadding(size_t bytes);  // after the end of everything

  Bytes Build() const;
  // The innermost IP datagram cut into fragments of at most `fragment_bytes` (rounded down to 8) of IP payload, each in
  // its own copy of the outer layers. IPv4 uses `id` in the header, IPv6 gains a fragment header.
  std::vector<Bytes> BuildFragments(size_t fragment_bytes, uint32_t id) const;

 private:
  enum class Kind : uint8_t {
    kEthernet, kSnap, kVlan, kMpls, kControlWord, kPppoe, kPpp, kCooked, kCooked2, kNull, kLoop, kRawType,
    kIpv4, kIpv6, kExtension, kGre, kPptp, kErspan, kVxlan, kGeneve, kTcp, kUdp, kIcmp, kSctp,
  };
  struct Layer {
    Kind kind;
    Bytes header;
    uint16_t number = 0;       // EtherType or protocol number this layer is announced by
    int next_override = -1;    // what it says of the next one, where the test wants a lie
    int length_override = -1;  // total or payload length, likewise
    bool bad_checksum = false, zero_checksum = false;
  };

  FrameBuilder& Add(Layer layer);
  FrameBuilder& Extension(uint8_t number, size_t bytes);
  int Find(Kind a, Kind b) const;  // innermost layer of either kind, -1 where none
  Bytes Wrap(size_t begin, size_t end, Bytes body) const;
  void Finish(size_t index, Bytes& bytes) const;
  void FinishIp(const Layer& layer, uint16_t protocol, Bytes& bytes) const;
  void FinishTransport(size_t index, size_t checksum_offset, Bytes& bytes) const;
  uint16_t NextEtherType(size_t index) const;
  uint8_t NextProtocol(size_t index) const;

  std::vector<Layer> layers_;
  Bytes payload_;
  size_t link_padding_ = 0;
};

}  // namespace sluice::test
