#include "tests/evasion/wire.h"

#include <algorithm>
#include <cstdlib>

namespace sluice::test {
namespace {

using packet::TcpFlag;
constexpr uint32_t kServerIsn = 5000;
constexpr uint32_t kTimestampBase = 1'000'000;

}  // namespace

Wire::Wire(WireOptions options)
    : options_(options), server_next_(kServerIsn + 1), now_(Timestamp::FromNanoseconds(1'700'000'000'000'000'000)) {}

FrameBuilder Wire::Build(bool from_client, uint32_t seq, uint32_t ack, std::string_view bytes, const Twist& twist) const {
  TcpSpec tcp;
  tcp.src_port = from_client ? uint16_t{40000} : options_.server_port;
  tcp.dst_port = from_client ? options_.server_port : uint16_t{40000};
  tcp.seq = seq;
  tcp.ack = ack;
  tcp.flags = twist.flags;
  tcp.urgent_pointer = twist.urgent_pointer;
  tcp.bad_checksum = twist.bad_tcp_checksum;
  tcp.raw_options = twist.tcp_options;
  if (options_.timestamps || twist.timestamp >= 0) {
    tcp.has_timestamp = true;
    tcp.timestamp_value = twist.timestamp >= 0 ? static_cast<uint32_t>(twist.timestamp) : kTimestampBase + static_cast<uint32_t>(frames_.size());
  }
  if ((twist.flags & TcpFlag::kSyn) != 0) {
    tcp.mss = 1460;
    tcp.window_shift = 7;
  }
  FrameBuilder frame;
  frame.Ethernet();
  if (options_.ipv6) {
    frame.Ipv6({.src = from_client ? "2001:db8::1" : "2001:db8::2", .dst = from_client ? "2001:db8::2" : "2001:db8::1", .hop_limit = twist.ttl});
  } else {
    frame.Ipv4({.src = from_client ? "10.0.0.1" : "10.0.0.2", .dst = from_client ? "10.0.0.2" : "10.0.0.1", .ttl = twist.ttl, .id = next_ip_id_,
                .dont_fragment = twist.fragment_bytes == 0, .options = twist.ip_options, .bad_checksum = twist.bad_ip_checksum});
  }
  return frame.Tcp(tcp).Payload(bytes);
}

FrameBuilder Wire::Datagram(int64_t offset, std::string_view bytes, const Twist& twist) const {
  const uint32_t ack = twist.acknowledge >= 0 ? static_cast<uint32_t>(twist.acknowledge) : server_next_;
  return Build(true, options_.client_isn + 1 + static_cast<uint32_t>(offset), ack, bytes, twist);
}

Wire& Wire::Frame(Bytes frame) {
  now_ = now_ + std::chrono::microseconds(100);
  frames_.push_back({now_, std::move(frame)});
  ++next_ip_id_;
  return *this;
}

Wire& Wire::Open() {
  Frame(Build(true, options_.client_isn, 0, "", {.flags = TcpFlag::kSyn}).Build());
  Frame(Build(false, kServerIsn, options_.client_isn + 1, "", {.flags = TcpFlag::kSyn | TcpFlag::kAck}).Build());
  return At(0, "", {.flags = TcpFlag::kAck});
}

Wire& Wire::At(int64_t offset, std::string_view bytes, const Twist& twist) {
  const FrameBuilder datagram = Datagram(offset, bytes, twist);
  if (twist.fragment_bytes == 0) return Frame(datagram.Build());
  std::vector<Bytes> fragments = datagram.BuildFragments(twist.fragment_bytes, next_ip_id_);
  if (twist.reverse_fragments) std::reverse(fragments.begin(), fragments.end());
  for (Bytes& fragment : fragments) Frame(std::move(fragment));
  return *this;
}

Wire& Wire::Send(std::string_view bytes, size_t segment) {
  for (size_t at = 0; at < bytes.size(); at += segment) {
    const std::string_view piece = bytes.substr(at, segment);
    At(client_next_, piece);
    client_next_ += static_cast<int64_t>(piece.size());
    if (at / segment % 8 == 7) Acknowledged(client_next_);
  }
  stream_.append(bytes);
  return *this;
}

Wire& Wire::FromServer(std::string_view bytes) {
  Frame(Build(false, server_next_, options_.client_isn + 1 + static_cast<uint32_t>(client_next_), bytes, {}).Build());
  server_next_ += static_cast<uint32_t>(bytes.size());
  return *this;
}

Wire& Wire::Acknowledged(int64_t offset) {
  return Frame(Build(false, server_next_, options_.client_isn + 1 + static_cast<uint32_t>(offset), "", {.flags = TcpFlag::kAck}).Build());
}

Wire& Wire::Wait(Nanoseconds time) {
  now_ = now_ + time;
  return *this;
}

Wire& Wire::Means(std::string_view stream) {
  stream_.assign(stream);
  return *this;
}

}  // namespace sluice::test
