#include "dataplane/packet/parse.h"

#include <algorithm>
#include <array>

#include "base/stage_clock.h"
#include "dataplane/packet/checksum.h"
#include "dataplane/packet/plain_tcp.h"
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

// Offsets in Headers are 16 bits wide.
constexpr uint32_t kMaxHeaderBytes = 0xffff;

// `headers` = Headers{}, in a few wide stores: where the compiler sees the zeros it takes a slow string instruction,
// which was a tenth of Parse.
void Clear(Headers& headers) noexcept {
  static constexpr Headers kEmpty{};
  const Headers* empty = &kEmpty;
  asm("" : "+r"(empty));
  headers = *empty;
}

Step OpenProtocol(Walk& walk, uint8_t protocol) noexcept {
  switch (protocol) {
    case IpProtocol::kTcp:
    case IpProtocol::kUdp:
    case IpProtocol::kIcmp:
    case IpProtocol::kIcmpV6:
    case IpProtocol::kSctp: return OpenTransport(walk, protocol);
    case IpProtocol::kIpv4:
    case IpProtocol::kIpv6:
    case IpProtocol::kGre:
    case IpProtocol::kMpls:
    case IpProtocol::kEthernet: return OpenTunnel(walk, protocol);
    case IpProtocol::kAuthentication: return OpenExtension(walk, protocol);
    case IpProtocol::kHopByHop:
    case IpProtocol::kRouting:
    case IpProtocol::kFragment:
    case IpProtocol::kDestination:
    case IpProtocol::kMobility:
    case IpProtocol::kHip:
    case IpProtocol::kShim6:
      if (walk.headers.ip_version == 6) return OpenExtension(walk, protocol);
      break;
    default: break;
  }
  walk.headers.transport = Transport::kOther;
  return Stop(ParseOutcome::kOtherTransport);
}

Step OpenNext(Walk& walk, Step step) noexcept {
  switch (step.next) {
    case Next::kEthernet: return OpenEthernet(walk);
    case Next::kEtherType: return OpenEtherType(walk, step.value);
    case Next::kPpp: return OpenPpp(walk);
    case Next::kMpls: return OpenMpls(walk);
    case Next::kIp: return OpenIp(walk, step.value);
    case Next::kProtocol: return OpenProtocol(walk, static_cast<uint8_t>(step.value));
    case Next::kStop: break;
  }
  return step;
}

}  // namespace

bool Walk::EnterTunnel() noexcept {
  if (headers.tunnel_depth >= options.max_tunnel_depth) return false;
  ++headers.tunnel_depth;
  headers.src = headers.dst = IpAddress{};
  headers.src_port = headers.dst_port = 0;
  headers.transport = Transport::kNone;
  headers.ip_version = headers.ip_protocol = headers.ttl = 0;
  headers.l3_offset = headers.l4_offset = 0;
  return true;
}

ParseOutcome Parse(Packet& packet, const ParseOptions& options) noexcept {
  Clear(packet.headers);
  packet.checksum_pending = false;
  const bool verify = options.verify_checksums && !packet.checksum_trusted;
  if (packet.outer.empty() && ParsePlainTcp(packet, verify, verify && options.defer_tcp_checksum)) return ParseOutcome::kTransport;
  packet.headers.vlan = packet.outer.vlan;
  packet.headers.tunnel_id = packet.outer.tunnel_id;
  packet.headers.tunnel_depth = packet.outer.tunnel_depth;
  Walk walk{.data = packet.data,
            .end = packet.length,
            .declared_end = std::max(packet.length, packet.wire_length),
            .headers = packet.headers,
            .checksum_pending = packet.checksum_pending,
            .options = options,
            .verify = verify};

  Step step = OpenLink(walk, packet.link_type);
  while (step.next != Next::kStop && walk.offset <= kMaxHeaderBytes) step = OpenNext(walk, step);
  auto outcome = static_cast<ParseOutcome>(step.value);
  if (walk.offset > kMaxHeaderBytes) {
    outcome = ParseOutcome::kHeadersTooLong;
    walk.offset = kMaxHeaderBytes;
  }
  packet.headers.payload_offset = static_cast<uint16_t>(walk.offset);
  packet.headers.payload_length = walk.available();
  return outcome;
}

bool TcpChecksumHolds(const Packet& packet) noexcept {
  const InStage stage(Stage::kPacket);
  const Headers& headers = packet.headers;
  const uint32_t length = headers.payload_offset + headers.payload_length - headers.l4_offset;
  const ByteView segment{packet.data + headers.l4_offset, length};
  ChecksumSum sum;
  if (headers.ip_version == 4 && length <= 0xffff) {
    sum.AddPseudoHeaderV4(headers.src.bytes.data() + 12, headers.dst.bytes.data() + 12, IpProtocol::kTcp, static_cast<uint16_t>(length));
  } else {
    sum.AddPseudoHeader(headers.src, headers.dst, IpProtocol::kTcp, length);
  }
  sum.Add(segment);
  return sum.Holds();
}

std::string_view Name(ParseOutcome outcome) {
  static constexpr std::array<std::string_view, static_cast<size_t>(ParseOutcome::kCount)> kNames = {
      "transport",
      "fragment",
      "not_ip",
      "other_transport",
      "truncated_link",
      "unknown_link_protocol",
      "too_many_link_tags",
      "bad_ip_version",
      "truncated_ipv4",
      "bad_ipv4_header_length",
      "bad_ipv4_total_length",
      "bad_ipv4_checksum",
      "truncated_ipv6",
      "bad_ipv6_payload_length",
      "truncated_extension_header",
      "too_many_extension_headers",
      "truncated_tcp",
      "bad_tcp_data_offset",
      "bad_tcp_checksum",
      "truncated_udp",
      "bad_udp_length",
      "bad_udp_checksum",
      "truncated_icmp",
      "truncated_sctp",
      "truncated_tunnel",
      "bad_tunnel_header",
      "tunnel_too_deep",
      "headers_too_long",
  };
  const auto index = static_cast<size_t>(outcome);
  return index < kNames.size() ? kNames[index] : "unknown";
}

}  // namespace sluice::packet
