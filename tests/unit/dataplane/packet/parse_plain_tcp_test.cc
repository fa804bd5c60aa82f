// The short cut for plain TCP frames against the walk that every other frame takes: the same IP packet without its Ethernet
// header never goes the short way.
#include <random>

#include "dataplane/packet/plain_tcp.h"
#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {
namespace {

using test::Bytes;
using test::FrameBuilder;

constexpr uint16_t kEthernetBytes = 14;

struct Outcome {
  ParseOutcome outcome;
  Packet packet;
};

Outcome ParseFrom(const Bytes& frame, uint16_t skip, const ParseOptions& options) {
  Outcome result{};
  result.packet.data = frame.data() + skip;
  result.packet.length = result.packet.wire_length = static_cast<uint32_t>(frame.size() - skip);
  result.packet.link_type = skip == 0 ? LinkType::kEthernet : LinkType::kRawIp;
  result.outcome = Parse(result.packet, options);
  return result;
}

void ExpectTheSame(const Bytes& frame, const ParseOptions& options) {
  const Outcome whole = ParseFrom(frame, 0, options);
  const Outcome bare = ParseFrom(frame, kEthernetBytes, options);
  ASSERT_EQ(whole.outcome, bare.outcome) << Name(whole.outcome) << " " << Name(bare.outcome);
  const Headers &a = whole.packet.headers, &b = bare.packet.headers;
  EXPECT_EQ(a.src, b.src);
  EXPECT_EQ(a.dst, b.dst);
  EXPECT_EQ(a.src_port, b.src_port);
  EXPECT_EQ(a.dst_port, b.dst_port);
  EXPECT_EQ(a.transport, b.transport);
  EXPECT_EQ(a.ip_version, b.ip_version);
  EXPECT_EQ(a.ip_protocol, b.ip_protocol);
  EXPECT_EQ(a.ttl, b.ttl);
  EXPECT_EQ(a.is_fragment, b.is_fragment);
  EXPECT_EQ(a.payload_offset, b.payload_offset + kEthernetBytes);
  EXPECT_EQ(a.payload_length, b.payload_length);
  EXPECT_EQ(a.tcp.seq, b.tcp.seq);
  EXPECT_EQ(a.tcp.ack, b.tcp.ack);
  EXPECT_EQ(a.tcp.flags, b.tcp.flags);
  EXPECT_EQ(a.tcp.window, b.tcp.window);
  EXPECT_EQ(a.tcp.window_shift, b.tcp.window_shift);
  EXPECT_EQ(a.tcp.urgent_pointer, b.tcp.urgent_pointer);
  EXPECT_EQ(a.tcp.has_timestamp, b.tcp.has_timestamp);
  EXPECT_EQ(a.tcp.timestamp_value, b.tcp.timestamp_value);
  EXPECT_EQ(a.tcp.timestamp_echo, b.tcp.timestamp_echo);
  EXPECT_EQ(whole.packet.checksum_pending, bare.packet.checksum_pending);
  if (whole.packet.checksum_pending) {
    EXPECT_EQ(TcpChecksumHolds(whole.packet), TcpChecksumHolds(bare.packet));
  }
}

std::vector<Bytes> PlainFrames() {
  const auto ip = [] { return FrameBuilder().Ethernet().Ipv4(); };
  return {ip().Tcp().Build(), ip().Tcp({.flags = TcpFlag::kAck}).Payload("some text").Build(),
          ip().Tcp({.has_timestamp = true, .timestamp_value = 1, .timestamp_echo = 2}).Payload("x").Build(),
          ip().Tcp({.flags = TcpFlag::kSyn, .mss = 1460, .window_shift = 7, .sack_permitted = true, .has_timestamp = true}).Build()};
}

TEST(ParsePlainTcp, ReadsWhatTheWalkReads) {
  for (const Bytes& frame : PlainFrames()) ExpectTheSame(frame, {});
}

TEST(ParsePlainTcp, LeavesEveryDamagedFrameToTheWalk) {
  std::mt19937 random(7);
  for (const Bytes& frame : PlainFrames()) {
    for (int i = 0; i < 20000; ++i) {
      Bytes damaged = frame;
      damaged[kEthernetBytes + random() % (damaged.size() - kEthernetBytes)] = static_cast<uint8_t>(random());
      if (random() % 4 == 0) damaged.resize(kEthernetBytes + random() % (damaged.size() - kEthernetBytes));
      const bool verify = random() % 2 == 0;
      const bool defer = random() % 2 == 0;
      // Between the two ways the link must stay the same: without Ethernet the IP version is what decides.
      if (damaged.size() > kEthernetBytes && damaged[kEthernetBytes] >> 4 != 4) continue;
      if (damaged.size() == kEthernetBytes) continue;
      ExpectTheSame(damaged, {.verify_checksums = verify, .defer_tcp_checksum = defer});
      if (HasFailure()) return;
    }
  }
}

TEST(ParsePlainTcp, DefersTheTcpChecksumAndNothingElse) {
  const auto frame = [](bool bad) { return FrameBuilder().Ethernet().Ipv4().Tcp({.bad_checksum = bad}).Payload("text").Build(); };
  for (const bool bad : {false, true}) {
    const Bytes bytes = frame(bad);
    for (const uint16_t skip : {uint16_t{0}, kEthernetBytes}) {
      const Outcome deferred = ParseFrom(bytes, skip, {.defer_tcp_checksum = true});
      EXPECT_EQ(deferred.outcome, ParseOutcome::kTransport);
      ASSERT_TRUE(deferred.packet.checksum_pending);
      EXPECT_EQ(TcpChecksumHolds(deferred.packet), !bad);
      EXPECT_FALSE(ParseFrom(bytes, skip, {.verify_checksums = false, .defer_tcp_checksum = true}).packet.checksum_pending);
    }
  }
}

TEST(ParsePlainTcp, AsksForNoChecksumOfASegmentThatTheCaptureCut) {
  const Bytes bytes = FrameBuilder().Ethernet().Ipv4().Tcp().Payload("a payload that was cut").Build();
  Packet packet;
  packet.data = bytes.data();
  packet.wire_length = static_cast<uint32_t>(bytes.size());
  packet.length = packet.wire_length - 5;
  EXPECT_EQ(Parse(packet, {.defer_tcp_checksum = true}), ParseOutcome::kTransport);
  EXPECT_FALSE(packet.checksum_pending);
}

}  // namespace
}  // namespace sluice::packet
