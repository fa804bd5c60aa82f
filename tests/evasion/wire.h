// Wire: the frames between one client and one server, as an attacker at the client would send them.
//
// Send cuts a stream into well-behaved segments; At puts any bytes at any place of the stream, with a twist. What the client
// means its server to read is kept as `stream`, so that the leak can be told in its bytes. Failure: aborts on nonsense.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/tcp_session.h"

namespace sluice::test {

// What is odd about a segment.
struct Twist {
  uint8_t ttl = 64;
  bool bad_tcp_checksum = false, bad_ip_checksum = false;
  uint8_t flags = packet::TcpFlag::kAck | packet::TcpFlag::kPsh;
  uint16_t urgent_pointer = 0;
  int64_t timestamp = -1;   // a timestamps option with this value
  int64_t acknowledge = -1;  // instead of all that the server sent
  Bytes tcp_options = {}, ip_options = {};
  size_t fragment_bytes = 0;  // send the datagram in pieces of this size
  bool reverse_fragments = false;
};

struct WireOptions {
  uint16_t server_port = 80;
  uint32_t client_isn = 1000;
  bool ipv6 = false;
  bool timestamps = false;  // offered and agreed, for attempts on PAWS
};

class Wire {
 public:
  explicit Wire(WireOptions options = {});

  Wire& Open();                                                      // three-way handshake
  Wire& Send(std::string_view bytes, size_t segment = 1400);         // the next bytes of the stream
  Wire& At(int64_t offset, std::string_view bytes, const Twist& twist = {});
  Wire& FromServer(std::string_view bytes);
  Wire& Acknowledged(int64_t offset);                                // the server has all before it
  Wire& Frame(Bytes frame);                                          // any frame at all
  Wire& Wait(Nanoseconds time);
  Wire& Means(std::string_view stream);                              // what the server is to read, where Send did not say it
  // The datagram of client bytes at `offset`, for attempts that cut it themselves.
  FrameBuilder Datagram(int64_t offset, std::string_view bytes, const Twist& twist = {}) const;

  const std::vector<TimedFrame>& frames() const { return frames_; }
  const std::string& stream() const { return stream_; }
  const WireOptions& options() const { return options_; }

 private:
  FrameBuilder Build(bool from_client, uint32_t seq, uint32_t ack, std::string_view bytes, const Twist& twist) const;

  WireOptions options_;
  std::vector<TimedFrame> frames_;
  std::string stream_;
  uint32_t server_next_;
  int64_t client_next_ = 0;
  uint16_t next_ip_id_ = 1;
  Timestamp now_;
};

// What the server could read of what reached it, under every policy for bytes that came twice: the first copy or the last,
// with or without the datagrams that a router on the way would have thrown away.
struct Readings {
  std::vector<std::string> streams;  // contiguous from the first byte; empty where nothing came
  bool Hold(std::string_view text) const;
  // The most bytes of `stream`'s beginning that one of them holds.
  size_t Leak(std::string_view stream) const;
};
Readings ReadAtServer(const std::vector<Bytes>& frames, const WireOptions& options);

}  // namespace sluice::test
