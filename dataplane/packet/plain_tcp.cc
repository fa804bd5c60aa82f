#include "dataplane/packet/plain_tcp.h"

#include "base/byte_order.h"
#include "dataplane/packet/checksum.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kEthernetBytes = 14, kIpv4Bytes = 20, kTcpBytes = 20, kTimestampBytes = 12;
constexpr uint32_t kIpv4At = kEthernetBytes, kTcpAt = kIpv4At + kIpv4Bytes;
constexpr uint32_t kLeastBytes = kTcpAt + kTcpBytes;
constexpr uint8_t kTcp = 6, kVersion4NoOptions = 0x45;
constexpr uint16_t kIpv4 = 0x0800, kOffsetOrMore = 0x3fff;
// RFC 7323, appendix A: how nearly every sender lays out the timestamps option of a segment.
constexpr uint32_t kNopNopTimestamps = 0x0101080a;

bool TcpHolds(const uint8_t* ip, ByteView segment) noexcept {
  ChecksumSum sum;
  sum.AddPseudoHeaderV4(ip + 12, ip + 16, kTcp, static_cast<uint16_t>(segment.size()));
  sum.Add(segment);
  return sum.Holds();
}

void Fill(Headers& headers, const uint8_t* ip, const uint8_t* segment) noexcept {
  headers.src = IpAddress::FromV4(ip + 12);
  headers.dst = IpAddress::FromV4(ip + 16);
  headers.src_port = LoadBe16(segment);
  headers.dst_port = LoadBe16(segment + 2);
  headers.transport = Transport::kTcp;
  headers.ip_version = 4;
  headers.ip_protocol = kTcp;
  headers.ttl = ip[8];
  headers.ethertype = kIpv4;
  headers.l3_offset = kIpv4At;
  headers.l4_offset = kTcpAt;
  TcpFields& tcp = headers.tcp;
  tcp.seq = LoadBe32(segment + 4);
  tcp.ack = LoadBe32(segment + 8);
  tcp.flags = segment[13];
  tcp.window = LoadBe16(segment + 14);
  tcp.urgent_pointer = LoadBe16(segment + 18);
}

}  // namespace

bool ParsePlainTcp(Packet& packet, bool verify, bool defer) noexcept {
  const uint8_t* frame = packet.data;
  if (packet.link_type != LinkType::kEthernet || packet.length < kLeastBytes || packet.wire_length > packet.length) return false;
  const uint8_t* ip = frame + kIpv4At;
  const uint8_t* segment = frame + kTcpAt;
  if (LoadBe16(frame + 12) != kIpv4 || ip[0] != kVersion4NoOptions || ip[9] != kTcp) return false;
  const uint32_t total = LoadBe16(ip + 2);
  if (total < kIpv4Bytes + kTcpBytes || total > packet.length - kEthernetBytes) return false;
  if ((LoadBe16(ip + 6) & kOffsetOrMore) != 0) return false;
  const uint32_t header_bytes = (segment[12] >> 4) * 4u;
  if (header_bytes < kTcpBytes || header_bytes > total - kIpv4Bytes) return false;
  if (verify && (!Ipv4HeaderHolds(ip) || (!defer && !TcpHolds(ip, {segment, total - kIpv4Bytes})))) return false;
  packet.checksum_pending = defer;

  Headers& headers = packet.headers;
  Fill(headers, ip, segment);
  if (header_bytes == kTcpBytes + kTimestampBytes && LoadBe32(segment + kTcpBytes) == kNopNopTimestamps) {
    headers.tcp.has_timestamp = true;
    headers.tcp.timestamp_value = LoadBe32(segment + kTcpBytes + 4);
    headers.tcp.timestamp_echo = LoadBe32(segment + kTcpBytes + 8);
  } else if (header_bytes > kTcpBytes) {
    ReadTcpOptions(headers.tcp, {segment + kTcpBytes, header_bytes - kTcpBytes});
  }
  headers.payload_offset = static_cast<uint16_t>(kTcpAt + header_bytes);
  headers.payload_length = total - kIpv4Bytes - header_bytes;
  return true;
}

}  // namespace sluice::packet
