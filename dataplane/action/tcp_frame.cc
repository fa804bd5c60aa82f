#include "dataplane/action/tcp_frame.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "dataplane/action/ip_header.h"
#include "dataplane/packet/checksum.h"

namespace sluice::action {
namespace {

using packet::TcpFlag;

constexpr size_t kTcpHeaderBytes = 20, kTimestampOptionBytes = 12, kMinEthernetFrame = 60;
constexpr size_t kTcpChecksumOffset = 16;

// Where the made segment comes from and goes to, and what it says of time.
struct Route {
  IpEnds ends;
  uint16_t src_port = 0, dst_port = 0;
  uint32_t timestamp_value = 0, timestamp_echo = 0;
};

Route RouteOf(const packet::Headers& seen, Toward toward) {
  if (toward == Toward::kReceiver) {
    return {{seen.src, seen.dst}, seen.src_port, seen.dst_port, seen.tcp.timestamp_value, seen.tcp.timestamp_echo};
  }
  // The newest time of the other side that the sender has shown to know, which may have learnt a newer one since.
  return {{seen.dst, seen.src}, seen.dst_port, seen.src_port, seen.tcp.timestamp_echo, seen.tcp.timestamp_value};
}

bool IsAnswerable(const packet::Packet& seen) {
  const packet::Headers& h = seen.headers;
  if (h.transport != packet::Transport::kTcp || h.is_fragment) return false;
  if (h.ip_version == 4) return h.src.IsV4() && h.dst.IsV4();
  return h.ip_version == 6;
}

void WriteTimestampOption(const Route& route, uint8_t* p) {
  StoreBe32(p, 0x0101080a);  // two NOPs, kind 8, length 10 (RFC 7323, appendix A)
  StoreBe32(p + 4, route.timestamp_value);
  StoreBe32(p + 8, route.timestamp_echo);
}

void WriteTcp(const Route& route, const TcpSegmentSpec& spec, size_t header_bytes, std::span<uint8_t> segment) {
  uint8_t* p = segment.data();
  std::fill_n(p, kTcpHeaderBytes, uint8_t{0});
  StoreBe16(p, route.src_port);
  StoreBe16(p + 2, route.dst_port);
  StoreBe32(p + 4, spec.seq);
  StoreBe32(p + 8, spec.ack);
  p[12] = static_cast<uint8_t>(header_bytes / 4 << 4);
  p[13] = spec.flags;
  StoreBe16(p + 14, spec.window);
  if (header_bytes > kTcpHeaderBytes) WriteTimestampOption(route, p + kTcpHeaderBytes);
  if (!spec.payload.empty()) std::memcpy(p + header_bytes, spec.payload.data(), spec.payload.size());
  StoreBe16(p + kTcpChecksumOffset,
            packet::TransportChecksum(route.ends.src, route.ends.dst, kProtocolTcp, {segment.data(), segment.size()}));
}

bool WriteIp(uint8_t version, const Route& route, const TcpSegmentSpec& spec, std::span<uint8_t> packet) {
  if (version == 6) return WriteIpv6(route.ends, packet);
  const uint32_t mixed = (spec.seq ^ spec.ack << 16 ^ spec.flags) * 0x9e3779b1u;
  return WriteIpv4(route.ends, static_cast<uint16_t>(mixed >> 16), packet);
}

size_t PadEthernet(size_t length, std::span<uint8_t> out) {
  const size_t padded = std::max(length, std::min(kMinEthernetFrame, out.size()));
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(length), out.begin() + static_cast<std::ptrdiff_t>(padded),
            uint8_t{0});
  return padded;
}

}  // namespace

uint32_t SegmentLength(const packet::Packet& seen) noexcept {
  const uint8_t flags = seen.headers.tcp.flags;
  const uint32_t controls = ((flags & TcpFlag::kSyn) != 0 ? 1u : 0u) + ((flags & TcpFlag::kFin) != 0 ? 1u : 0u);
  return seen.headers.payload_length + controls;
}

TcpSegmentSpec ResetAt(uint32_t next_expected, uint32_t acknowledged) noexcept {
  return {.seq = next_expected, .ack = acknowledged, .flags = TcpFlag::kRst | TcpFlag::kAck};
}

TcpSegmentSpec ResetInAnswerTo(const packet::Packet& seen) noexcept {
  const packet::TcpFields& tcp = seen.headers.tcp;
  // The clause lets a reset that answers an ACK go without one; with it, stacks that insist on ACK take it too.
  if ((tcp.flags & TcpFlag::kAck) != 0) return ResetAt(tcp.ack, tcp.seq + SegmentLength(seen));
  return ResetAt(0, tcp.seq + SegmentLength(seen));
}

TcpSegmentSpec ResetBehind(const packet::Packet& seen) noexcept {
  const packet::TcpFields& tcp = seen.headers.tcp;
  const uint32_t behind = tcp.seq + SegmentLength(seen);
  if ((tcp.flags & TcpFlag::kAck) != 0) return ResetAt(behind, tcp.ack);
  return {.seq = behind, .flags = TcpFlag::kRst};
}

size_t BuildTcpFrame(const packet::Packet& seen, Toward toward, const TcpSegmentSpec& spec,
                     std::span<uint8_t> out) noexcept {
  Envelope envelope;
  if (!IsAnswerable(seen) || !Envelope::Read(seen, envelope)) return 0;
  const size_t ip_bytes = seen.headers.ip_version == 6 ? kIpv6HeaderBytes : kIpv4HeaderBytes;
  const size_t tcp_bytes = kTcpHeaderBytes + (seen.headers.tcp.has_timestamp ? kTimestampOptionBytes : 0);
  const size_t length = envelope.size() + ip_bytes + tcp_bytes + spec.payload.size();
  if (length > out.size()) return 0;

  Route route = RouteOf(seen.headers, toward);
  const auto newer_by = static_cast<int32_t>(spec.latest_timestamp - route.timestamp_value);
  if (spec.has_latest_timestamp && newer_by > 0) route.timestamp_value = spec.latest_timestamp;
  const std::span<uint8_t> ip = out.subspan(envelope.size(), length - envelope.size());
  if (envelope.size() > 0) std::memcpy(out.data(), seen.data, envelope.size());
  WriteTcp(route, spec, tcp_bytes, ip.subspan(ip_bytes));
  if (!WriteIp(seen.headers.ip_version, route, spec, ip)) return 0;
  if (!envelope.Fit(out.first(length), toward)) return 0;
  return seen.link_type == packet::LinkType::kEthernet ? PadEthernet(length, out) : length;
}

}  // namespace sluice::action
