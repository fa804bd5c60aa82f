// Transports: TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792), ICMPv6 (RFC 4443), SCTP (RFC 9260) by its ports only.
#include <algorithm>

#include "dataplane/packet/checksum.h"
#include "dataplane/packet/plain_tcp.h"
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kTcpBytes = 20, kUdpBytes = 8, kIcmpBytes = 8, kSctpBytes = 12;
constexpr uint8_t kMaxWindowShift = 14;  // RFC 7323, 2.3: a larger one is used as 14

bool TransportChecksumHolds(const Walk& walk, uint8_t protocol, uint32_t length) noexcept {
  ChecksumSum sum;
  sum.AddPseudoHeader(walk.headers.src, walk.headers.dst, protocol, length);
  sum.Add({walk.at(), length});
  return sum.Holds();
}

void StartTransport(Walk& walk, Transport transport) noexcept {
  walk.headers.transport = transport;
  walk.headers.l4_offset = static_cast<uint16_t>(walk.offset);
}

void ReadPorts(Walk& walk) noexcept {
  walk.headers.src_port = LoadBe16(walk.at());
  walk.headers.dst_port = LoadBe16(walk.at() + 2);
}

Step OpenTcp(Walk& walk) noexcept {
  if (!walk.Has(kTcpBytes)) return Stop(ParseOutcome::kTruncatedTcp);
  StartTransport(walk, Transport::kTcp);
  ReadPorts(walk);
  const uint8_t* p = walk.at();
  const uint32_t header_bytes = (p[12] >> 4) * 4u;
  if (header_bytes < kTcpBytes || header_bytes > walk.declared()) return Stop(ParseOutcome::kBadTcpDataOffset);
  if (!walk.Has(header_bytes)) return Stop(ParseOutcome::kTruncatedTcp);
  if (walk.verify && walk.whole()) {
    walk.checksum_pending = walk.options.defer_tcp_checksum;
    const bool holds = walk.checksum_pending || TransportChecksumHolds(walk, IpProtocol::kTcp, walk.available());
    if (!holds) return Stop(ParseOutcome::kBadTcpChecksum);
  }
  TcpFields& tcp = walk.headers.tcp;
  tcp.seq = LoadBe32(p + 4);
  tcp.ack = LoadBe32(p + 8);
  tcp.flags = p[13];
  tcp.window = LoadBe16(p + 14);
  tcp.urgent_pointer = LoadBe16(p + 18);
  if (header_bytes > kTcpBytes) ReadTcpOptions(tcp, {p + kTcpBytes, header_bytes - kTcpBytes});
  walk.Skip(header_bytes);
  return Stop(ParseOutcome::kTransport);
}

// The checksum may be left out in IPv4 (RFC 768) and, in IPv6, for tunnels only (RFC 8200, 8.1; RFC 6935, 5).
bool UdpChecksumHolds(const Walk& walk, uint32_t length) noexcept {
  if (!walk.verify) return true;
  if (LoadBe16(walk.at() + 6) == 0) return walk.headers.ip_version == 4;
  return !walk.Has(length) || TransportChecksumHolds(walk, IpProtocol::kUdp, length);
}

// True where the datagram's port and bytes are those of a tunnel; the walk then stands behind the tunnel's header.
bool EnterUdpTunnel(Walk& walk, uint32_t length, Step& next) noexcept {
  const uint16_t port = walk.headers.dst_port;
  if (port != walk.options.vxlan_port && port != walk.options.geneve_port) return false;
  const Walk before = walk;
  walk.Narrow(length);
  walk.Skip(kUdpBytes);
  if (OpenUdpTunnel(walk, next)) return true;
  walk.offset = before.offset;
  walk.end = before.end;
  walk.declared_end = before.declared_end;
  return false;
}

Step OpenUdp(Walk& walk) noexcept {
  if (!walk.Has(kUdpBytes)) return Stop(ParseOutcome::kTruncatedUdp);
  StartTransport(walk, Transport::kUdp);
  ReadPorts(walk);
  uint32_t length = LoadBe16(walk.at() + 4);
  if (length == 0 && walk.declared() > 0xffff) length = walk.declared();  // RFC 2675, 4
  if (length < kUdpBytes || length > walk.declared()) return Stop(ParseOutcome::kBadUdpLength);
  const bool holds = UdpChecksumHolds(walk, length);
  const bool left_out = LoadBe16(walk.at() + 6) == 0;
  if (!holds && !left_out) return Stop(ParseOutcome::kBadUdpChecksum);
  Step next;
  if (EnterUdpTunnel(walk, length, next)) return next;
  if (!holds) return Stop(ParseOutcome::kBadUdpChecksum);
  walk.Skip(kUdpBytes);
  return Stop(ParseOutcome::kTransport);
}

// The identifier of an echo or of another query stands for the ports, so that question and answer are one flow.
bool HasIdentifier(uint8_t protocol, uint8_t type) noexcept {
  if (protocol == IpProtocol::kIcmpV6) return type == 128 || type == 129;
  return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

Step OpenIcmp(Walk& walk, uint8_t protocol) noexcept {
  if (!walk.Has(kIcmpBytes)) return Stop(ParseOutcome::kTruncatedIcmp);
  StartTransport(walk, protocol == IpProtocol::kIcmp ? Transport::kIcmp : Transport::kIcmpV6);
  Headers& headers = walk.headers;
  headers.icmp_type = walk.at()[0];
  headers.icmp_code = walk.at()[1];
  if (HasIdentifier(protocol, headers.icmp_type)) headers.src_port = headers.dst_port = LoadBe16(walk.at() + 4);
  walk.Skip(kIcmpBytes);
  return Stop(ParseOutcome::kTransport);
}

Step OpenSctp(Walk& walk) noexcept {
  if (!walk.Has(kSctpBytes)) return Stop(ParseOutcome::kTruncatedSctp);
  StartTransport(walk, Transport::kSctp);
  ReadPorts(walk);
  walk.Skip(kSctpBytes);
  return Stop(ParseOutcome::kTransport);
}

}  // namespace

// RFC 9293, 3.2. A host stops at an option that does not fit; so does this.
void ReadTcpOptions(TcpFields& tcp, ByteView options) noexcept {
  constexpr uint8_t kEnd = 0, kNop = 1, kWindowScale = 3, kTimestamps = 8;
  for (size_t i = 0; i < options.size();) {
    const uint8_t kind = options[i];
    if (kind == kEnd) return;
    if (kind == kNop) {
      ++i;
      continue;
    }
    if (i + 2 > options.size()) return;
    const size_t length = options[i + 1];
    if (length < 2 || i + length > options.size()) return;
    const uint8_t* value = options.data() + i + 2;
    if (kind == kTimestamps && length == 10) {
      tcp.has_timestamp = true;
      tcp.timestamp_value = LoadBe32(value);
      tcp.timestamp_echo = LoadBe32(value + 4);
    } else if (kind == kWindowScale && length == 3 && (tcp.flags & TcpFlag::kSyn) != 0) {
      tcp.window_shift = std::min(*value, kMaxWindowShift);
    }
    i += length;
  }
}

Step OpenTransport(Walk& walk, uint8_t protocol) noexcept {
  switch (protocol) {
    case IpProtocol::kTcp: return OpenTcp(walk);
    case IpProtocol::kUdp: return OpenUdp(walk);
    case IpProtocol::kSctp: return OpenSctp(walk);
    default: return OpenIcmp(walk, protocol);
  }
}

}  // namespace sluice::packet
