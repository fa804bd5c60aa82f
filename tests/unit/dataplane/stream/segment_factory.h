// SegmentFactory: TCP segments of one connection, made quickly and in numbers, with right checksums.
//
// For tests, the fuzz target and the benchmark of dataplane/stream. A packet lives as long as the factory.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string_view>

#include "base/byte_order.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/checksum.h"
#include "dataplane/packet/packet.h"

namespace sluice::stream {

struct SegmentSpec {
  content::Direction direction = content::Direction::kUpload;
  uint32_t seq = 0;
  uint32_t ack = 0;
  uint8_t flags = packet::TcpFlag::kAck;
  std::string_view payload = {};
  uint16_t window = 65535;
  uint16_t urgent_pointer = 0;
  uint8_t window_shift = 0xff;
  bool has_timestamp = false;
  uint32_t timestamp_value = 0;
  uint32_t timestamp_echo = 0;
  int64_t time_ms = 0;
};

class SegmentFactory {
 public:
  packet::Packet& Make(const SegmentSpec& spec) {
    Entry& entry = entries_.emplace_back();
    const size_t length = kIpHeader + kTcpHeader + spec.payload.size();
    entry.frame = std::make_unique<uint8_t[]>(length);  // exact, so that a read past the end is seen
    WriteIp(entry.frame.get(), length, spec.direction);
    WriteTcp(entry.frame.get() + kIpHeader, spec);
    FillHeaders(entry.packet, entry.frame.get(), length, spec);
    return entry.packet;
  }

  // The whole frame as the wire would carry it; the TCP options of the spec live in packet.headers only.
  static constexpr size_t kIpHeader = 20, kTcpHeader = 20;

 private:
  struct Entry {
    std::unique_ptr<uint8_t[]> frame;
    packet::Packet packet;
  };

  static void WriteIp(uint8_t* ip, size_t length, content::Direction direction) {
    const bool upload = direction == content::Direction::kUpload;
    ip[0] = 0x45;
    StoreBe16(ip + 2, static_cast<uint16_t>(length));
    ip[8] = 64;
    ip[9] = 6;
    StoreBe32(ip + 12, upload ? kClient : kServer);
    StoreBe32(ip + 16, upload ? kServer : kClient);
    StoreBe16(ip + 10, packet::Checksum({ip, kIpHeader}));
  }

  static void WriteTcp(uint8_t* tcp, const SegmentSpec& spec) {
    const bool upload = spec.direction == content::Direction::kUpload;
    StoreBe16(tcp, upload ? 40000 : 80);
    StoreBe16(tcp + 2, upload ? 80 : 40000);
    StoreBe32(tcp + 4, spec.seq);
    StoreBe32(tcp + 8, spec.ack);
    tcp[12] = (kTcpHeader / 4) << 4;
    tcp[13] = spec.flags;
    StoreBe16(tcp + 14, spec.window);
    StoreBe16(tcp + 18, spec.urgent_pointer);
    if (!spec.payload.empty()) std::memcpy(tcp + kTcpHeader, spec.payload.data(), spec.payload.size());
    const uint8_t* ip = tcp - kIpHeader;
    const ByteView segment(tcp, kTcpHeader + spec.payload.size());
    StoreBe16(tcp + 16, packet::TransportChecksum(packet::IpAddress::FromV4(ip + 12),
                                                  packet::IpAddress::FromV4(ip + 16), 6, segment));
  }

  static void FillHeaders(packet::Packet& packet, const uint8_t* frame, size_t length, const SegmentSpec& spec) {
    packet.data = frame;
    packet.length = packet.wire_length = static_cast<uint32_t>(length);
    packet.time = Timestamp::FromNanoseconds(spec.time_ms * 1'000'000);
    packet.link_type = packet::LinkType::kRawIp;
    packet::Headers& headers = packet.headers;
    headers.src = packet::IpAddress::FromV4(frame + 12);
    headers.dst = packet::IpAddress::FromV4(frame + 16);
    headers.transport = packet::Transport::kTcp;
    headers.ip_version = 4;
    headers.ip_protocol = 6;
    headers.l4_offset = kIpHeader;
    headers.payload_offset = kIpHeader + kTcpHeader;
    headers.payload_length = static_cast<uint32_t>(spec.payload.size());
    headers.tcp = {.seq = spec.seq,
                   .ack = spec.ack,
                   .window = spec.window,
                   .urgent_pointer = spec.urgent_pointer,
                   .flags = spec.flags,
                   .window_shift = spec.window_shift,
                   .has_timestamp = spec.has_timestamp,
                   .timestamp_value = spec.timestamp_value,
                   .timestamp_echo = spec.timestamp_echo};
  }

  static constexpr uint32_t kClient = 0x0a000001, kServer = 0x0a000002;
  std::deque<Entry> entries_;
};

}  // namespace sluice::stream
