#include "tests/support/tcp_session.h"

#include <algorithm>

namespace sluice::test {

using packet::TcpFlag;

TcpSession::TcpSession(TcpSessionOptions options) : options_(std::move(options)), now_(options_.start) {
  ends_[0] = {options_.client_isn, options_.client_isn + 1};
  ends_[1] = {options_.server_isn, options_.server_isn + 1};
}

TcpSession& TcpSession::Handshake() {
  Emit(Side::kClient, end(Side::kClient).isn, TcpFlag::kSyn, "");
  Emit(Side::kServer, end(Side::kServer).isn, TcpFlag::kSyn | TcpFlag::kAck, "");
  return Acknowledge(Side::kClient);
}

TcpSession& TcpSession::Upload(std::string_view data) {
  Transfer(Side::kClient, data);
  return *this;
}

TcpSession& TcpSession::Download(std::string_view data) {
  Transfer(Side::kServer, data);
  return *this;
}

TcpSession& TcpSession::Finish() {
  for (const Side side : {Side::kClient, Side::kServer}) {
    Emit(side, end(side).next, TcpFlag::kFin | TcpFlag::kAck, "");
    ++end(side).next;
    Acknowledge(Other(side));
  }
  return *this;
}

TcpSession& TcpSession::Reset(Side from) {
  Emit(from, end(from).next, TcpFlag::kRst | TcpFlag::kAck, "");
  return *this;
}

TcpSession& TcpSession::Wait(Nanoseconds time) {
  now_ = now_ + time;
  return *this;
}

TcpSession& TcpSession::Segment(Side from, int64_t offset, std::string_view data, uint8_t flags) {
  Emit(from, end(from).isn + 1 + static_cast<uint32_t>(offset), flags, data);
  return *this;
}

TcpSession& TcpSession::Send(Side from, std::string_view data) {
  Emit(from, end(from).next, TcpFlag::kAck | TcpFlag::kPsh, data);
  end(from).next += static_cast<uint32_t>(data.size());
  return *this;
}

TcpSession& TcpSession::Acknowledge(Side from) {
  Emit(from, end(from).next, TcpFlag::kAck, "");
  return *this;
}

void TcpSession::Transfer(Side from, std::string_view data) {
  while (!data.empty()) {
    const size_t n = std::min(options_.segment_bytes, data.size());
    Send(from, data.substr(0, n));
    data.remove_prefix(n);
    Acknowledge(Other(from));
  }
}

void TcpSession::Emit(Side from, uint32_t seq, uint8_t flags, std::string_view data) {
  const bool up = from == Side::kClient;
  const std::string& src = up ? options_.client : options_.server;
  const std::string& dst = up ? options_.server : options_.client;
  TcpSpec tcp;
  tcp.src_port = up ? options_.client_port : options_.server_port;
  tcp.dst_port = up ? options_.server_port : options_.client_port;
  tcp.seq = seq;
  tcp.ack = (flags & TcpFlag::kAck) != 0 ? end(Other(from)).next : 0;
  tcp.flags = flags;
  if ((flags & TcpFlag::kSyn) != 0) {
    tcp.mss = 1460;
    tcp.window_shift = options_.window_shift;
    tcp.sack_permitted = true;
  }
  tcp.has_timestamp = options_.use_timestamps;
  tcp.timestamp_value = static_cast<uint32_t>(now_.nanoseconds() / 1'000'000);
  FrameBuilder frame;
  frame.Ethernet();
  if (options_.vlan != 0) frame.Vlan(options_.vlan);
  if (Address(src).IsV4()) {
    frame.Ipv4({.src = src, .dst = dst});
  } else {
    frame.Ipv6({.src = src, .dst = dst});
  }
  frames_.push_back({now_, frame.Tcp(tcp).Payload(data).Build()});
  now_ = now_ + options_.gap;
}

void AddFrames(PacketStore& store, const std::vector<TimedFrame>& frames) {
  for (const TimedFrame& frame : frames) store.Add(frame.bytes, frame.time);
}

}  // namespace sluice::test
