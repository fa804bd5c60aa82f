#include "dataplane/stream/packet_rewrite.h"

#include <gtest/gtest.h>

#include "dataplane/packet/parse.h"
#include "tests/unit/dataplane/stream/segment_factory.h"

namespace sluice::stream {
namespace {

bool ChecksumsHold(const packet::Packet& packet) {
  packet::Packet copy = packet;
  return packet::Parse(copy, packet::ParseOptions{}) == packet::ParseOutcome::kTransport;
}

TEST(PacketRewrite, KeepsTheChecksumRightForEveryRange) {
  const std::string_view text = "The quick brown fox \xff\xff\x00\x01 jumps";
  for (size_t offset = 0; offset <= text.size(); ++offset) {
    for (size_t size = 0; offset + size <= text.size(); ++size) {
      SegmentFactory factory;
      packet::Packet& packet = factory.Make({.seq = 7, .ack = 9, .payload = text});
      ASSERT_TRUE(ChecksumsHold(packet));
      ZeroPayload(packet, offset, size);
      std::string expected(text);
      std::fill_n(expected.begin() + static_cast<ptrdiff_t>(offset), size, '\0');
      ASSERT_EQ(packet.Payload().AsText(), expected);
      ASSERT_TRUE(ChecksumsHold(packet)) << offset << " " << size;
    }
  }
}

TEST(PacketRewrite, KeepsAWrongChecksumWrong) {
  SegmentFactory factory;
  packet::Packet& packet = factory.Make({.seq = 7, .ack = 9, .payload = "text"});
  const_cast<uint8_t*>(packet.data)[SegmentFactory::kIpHeader + 16] ^= 0x55;
  ZeroPayload(packet, 0, 4);
  EXPECT_FALSE(ChecksumsHold(packet));
}

TEST(PacketRewrite, ClearsUrgencyAndNothingElse) {
  SegmentFactory factory;
  const uint8_t flags = packet::TcpFlag::kAck | packet::TcpFlag::kPsh | packet::TcpFlag::kUrg;
  packet::Packet& packet =
      factory.Make({.seq = 7, .ack = 9, .flags = flags, .payload = "text", .urgent_pointer = 0xfffe});
  ClearUrgent(packet);
  EXPECT_EQ(packet.headers.tcp.flags, packet::TcpFlag::kAck | packet::TcpFlag::kPsh);
  EXPECT_EQ(packet.headers.tcp.urgent_pointer, 0);
  EXPECT_EQ(packet.data[SegmentFactory::kIpHeader + 13], packet::TcpFlag::kAck | packet::TcpFlag::kPsh);
  EXPECT_EQ(packet.Payload().AsText(), "text");
  EXPECT_TRUE(ChecksumsHold(packet));
}

TEST(PacketRewrite, SetsTheSequenceNumberAndNothingElse) {
  for (const uint32_t number : {0u, 1u, 0xffffu, 0x10000u, 0xffffffffu, 0x80007fffu}) {
    SegmentFactory factory;
    packet::Packet& packet = factory.Make({.seq = 7, .ack = 9, .payload = "text"});
    SetSequence(packet, number);
    EXPECT_EQ(packet.headers.tcp.seq, number);
    EXPECT_EQ(LoadBe32(packet.data + SegmentFactory::kIpHeader + 4), number);
    EXPECT_EQ(LoadBe32(packet.data + SegmentFactory::kIpHeader + 8), 9u);
    EXPECT_TRUE(ChecksumsHold(packet)) << number;
  }
}

TEST(PacketRewrite, RefusesFragmentsAndFramesWithoutAHeader) {
  SegmentFactory factory;
  packet::Packet& packet = factory.Make({.payload = "text"});
  EXPECT_TRUE(CanRewrite(packet));
  packet::Packet piece;
  packet.fragments = &piece;
  EXPECT_FALSE(CanRewrite(packet));
  packet.fragments = nullptr;
  packet.length = SegmentFactory::kIpHeader + 19;
  EXPECT_FALSE(CanRewrite(packet));
}

}  // namespace
}  // namespace sluice::stream
