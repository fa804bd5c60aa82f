// Packet: one frame from a port or a capture, and what the parser read from its headers.
//
// It is the unit that the whole data plane passes by pointer. In a live worker it lies in the private area of its mbuf,
// in replay in the capture's own memory: stages do not know which. Whoever holds a Packet* must give it back exactly
// once, through the pipeline's output (forward, drop, or hold and later one of the two).
//
// Thread: owned by one worker at a time. Allocates: never.
#pragma once

#include <cstdint>

#include "base/byte_view.h"
#include "base/clock.h"
#include "dataplane/packet/conversation.h"
#include "dataplane/packet/ip_address.h"

namespace sluice::packet {

enum class LinkType : uint8_t { kEthernet, kRawIp, kLinuxCooked, kLinuxCooked2, kNull, kLoop, kPpp };

enum class Transport : uint8_t { kNone, kTcp, kUdp, kSctp, kIcmp, kIcmpV6, kOther };

// TCP flag bits as they stand in byte 13 of the header (RFC 9293, 3.1).
struct TcpFlag {
  static constexpr uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20;
};

struct TcpFields {
  uint32_t seq = 0;
  uint32_t ack = 0;
  uint16_t window = 0;          // not scaled
  uint16_t urgent_pointer = 0;
  uint8_t flags = 0;
  uint8_t window_shift = 0xff;  // window scale option of a SYN; 0xff where absent
  bool has_timestamp = false;   // RFC 7323
  uint32_t timestamp_value = 0;
  uint32_t timestamp_echo = 0;
};

// Offsets count from Packet::data. The innermost IP header and transport after all tunnels and VLAN tags.
struct Headers {
  IpAddress src, dst;
  uint16_t src_port = 0, dst_port = 0;
  Transport transport = Transport::kNone;
  uint8_t ip_version = 0;      // 4 or 6; 0 where there is no IP (ARP, LLDP, …)
  uint8_t ip_protocol = 0;     // number of the transport header (IANA), after extension headers
  uint8_t ttl = 0;
  uint8_t tunnel_depth = 0;    // encapsulations opened: GRE, IP-in-IP, VXLAN, …
  uint8_t icmp_type = 0, icmp_code = 0;
  bool is_fragment = false;    // an IP fragment that has not been put together: no ports, payload = fragment data
  bool fragment_more = false;
  uint16_t fragment_offset = 0;  // bytes
  uint32_t fragment_id = 0;
  uint16_t vlan = 0;             // outermost tag's VLAN id, 0 where none
  uint16_t ethertype = 0;        // of what follows the last tag
  // Mix of the VNIs, GRE keys and inner VLANs passed on the way; 0 where none. MPLS labels and PPTP call ids are left
  // out: each direction has its own, and both directions of a conversation must meet in one flow.
  uint32_t tunnel_id = 0;
  uint16_t l3_offset = 0;        // innermost IP header
  uint16_t l4_offset = 0;
  uint16_t payload_offset = 0;
  // By the IP length, never past the end of the frame: link padding is not payload. A UDP payload reaches to the end of
  // the IP payload, so that bytes hidden behind the UDP length are seen too. Where there is no transport, what follows
  // the last header that could be read.
  uint32_t payload_length = 0;
  TcpFields tcp;
};

// What was passed on the way to the first byte of Packet::data. All zero for a frame from a port or a capture; set for
// a datagram put together from fragments, which keeps the links and tunnels that its fragments came through.
struct OuterContext {
  uint32_t tunnel_id = 0;
  uint16_t vlan = 0;
  uint8_t tunnel_depth = 0;

  bool empty() const noexcept { return tunnel_id == 0 && vlan == 0 && tunnel_depth == 0; }
};

struct Packet {
  const uint8_t* data = nullptr;
  uint32_t length = 0;       // bytes at `data`
  uint32_t wire_length = 0;  // bytes on the wire; more than `length` where the capture cut the frame
  Timestamp time;
  uint64_t index = 0;        // rank among the packets of this capture or worker: orders records
  void* owner = nullptr;     // the driver's handle (an rte_mbuf, a capture record); opaque to stages
  Packet* next = nullptr;    // intrusive list link; belongs to whoever holds the packet
  Packet* fragments = nullptr;  // a datagram put together from fragments: the original frames, linked by `next`
  // Set by intake from the headers, so that it is worked out once: who talks to whom, which of them sent this packet, and
  // the symmetric hash of it.
  uint64_t flow_hash = 0;
  Conversation conversation;
  ConversationSide sender = ConversationSide::kLow;
  LinkType link_type = LinkType::kEthernet;
  uint8_t port = 0;          // where it came in
  OuterContext outer;
  bool is_datagram = false;  // put together from fragments: its memory belongs to the reassembler, not to a driver
  // The device verified IP and transport checksums, or the capture is known to be offloaded.
  bool checksum_trusted = false;
  // Parse left the TCP checksum to TcpChecksumHolds (ParseOptions::defer_tcp_checksum).
  bool checksum_pending = false;
  Headers headers;

  ByteView Frame() const { return {data, length}; }
  ByteView Payload() const { return Frame().Sub(headers.payload_offset, headers.payload_length); }
};

// Packet{}, to be copied: a few wide stores, where a compiler that sees the zeros takes a slow string instruction.
inline const Packet& NewPacket() noexcept {
  static constexpr Packet kNew{};
  const Packet* made = &kNew;
  asm("" : "+r"(made));
  return *made;
}

}  // namespace sluice::packet
