// TcpSession: a whole TCP conversation as frames with times, for tests of flow, stream, pipeline and replay.
//
//   TcpSession session;
//   session.Handshake().Upload("POST / …").Download("HTTP/1.1 200 OK…").Finish();
//   for (const TimedFrame& frame : session.frames()) …
//
// Sequence numbers, acknowledgements, timestamps and checksums are those of a well-behaved pair of hosts; Segment sends
// whatever the test wants instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "tests/support/packet_builder.h"

namespace sluice::test {

struct TimedFrame {
  Timestamp time;
  Bytes bytes;
};

enum class Side : uint8_t { kClient, kServer };

struct TcpSessionOptions {
  std::string client = "10.0.0.1", server = "10.0.0.2";  // or a pair of IPv6 addresses
  uint16_t client_port = 40000, server_port = 80;
  uint32_t client_isn = 1000, server_isn = 5000;
  uint16_t vlan = 0;
  size_t segment_bytes = 1400;
  int window_shift = 7;
  bool use_timestamps = false;
  Timestamp start = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
  Nanoseconds gap = std::chrono::microseconds(100);  // between frames
};

class TcpSession {
 public:
  explicit TcpSession(TcpSessionOptions options = {});

  TcpSession& Handshake();                    // SYN, SYN-ACK, ACK
  TcpSession& Upload(std::string_view data);  // client to server in segments, each acknowledged by a bare ACK
  TcpSession& Download(std::string_view data);
  TcpSession& Finish();           // FIN from the client, then from the server, both acknowledged
  TcpSession& Reset(Side from);
  TcpSession& Wait(Nanoseconds time);
  // One segment as told: `offset` counts from the first data byte of that side (so -1 is its SYN). Moves nothing but
  // the clock.
  TcpSession& Segment(Side from, int64_t offset, std::string_view data,
                      uint8_t flags = packet::TcpFlag::kAck | packet::TcpFlag::kPsh);
  // One segment in sequence, not acknowledged by the other side.
  TcpSession& Send(Side from, std::string_view data);
  // The other side acknowledges all it has been sent.
  TcpSession& Acknowledge(Side from);

  const std::vector<TimedFrame>& frames() const { return frames_; }
  uint32_t next_seq(Side side) const { return end(side).next; }
  Timestamp now() const { return now_; }

 private:
  struct End {
    uint32_t isn = 0, next = 0;
  };
  End& end(Side side) { return ends_[static_cast<size_t>(side)]; }
  const End& end(Side side) const { return ends_[static_cast<size_t>(side)]; }
  static Side Other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }
  void Emit(Side from, uint32_t seq, uint8_t flags, std::string_view data);
  void Transfer(Side from, std::string_view data);

  TcpSessionOptions options_;
  End ends_[2];
  Timestamp now_;
  std::vector<TimedFrame> frames_;
};

// Adds every frame to the store, in order.
void AddFrames(PacketStore& store, const std::vector<TimedFrame>& frames);

}  // namespace sluice::test
