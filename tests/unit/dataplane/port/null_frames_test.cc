#include "dataplane/port/null_frames.h"

#include <array>
#include <set>

#include "dataplane/packet/parse.h"
#include "dataplane/port/port.h"
#include "tests/unit/dataplane/port/eal_environment.h"

namespace sluice::port {
namespace {

TEST(MakeAcknowledgement, ParsesAsWhatItSays) {
  const std::vector<uint8_t> frame = MakeAcknowledgement(7, 64);
  ASSERT_EQ(frame.size(), 64u);
  packet::Packet packet;
  packet.data = frame.data();
  packet.length = packet.wire_length = 64;
  EXPECT_EQ(packet::Parse(packet, {}), packet::ParseOutcome::kTransport) << "with both checksums verified";
  EXPECT_EQ(packet.headers.src_port, 1031);
  EXPECT_EQ(packet.headers.tcp.flags, packet::TcpFlag::kAck);
  EXPECT_EQ(packet.headers.payload_length, 0u) << "the rest is link padding";
}

TEST(FillWithAcknowledgements, IsWhatANullPortThenReceives) {
  ASSERT_NE(test::SharedEal(), nullptr);
  Result<PacketPool> pool = PacketPool::Create({.packets = 4095});
  ASSERT_TRUE(pool.ok());
  FillWithAcknowledgements(*pool, 8, 64);
  PortOptions options;
  options.name = "filled";
  options.driver = Driver::kNull;
  Result<std::unique_ptr<Port>> port = Port::Open(options, {1, 1}, *pool);
  ASSERT_TRUE(port.ok());
  ASSERT_TRUE((*port)->Start().ok());
  std::set<std::vector<uint8_t>> seen;
  for (int burst = 0; burst < 100; ++burst) {
    std::array<rte_mbuf*, 32> frames;
    const uint16_t count = (*port)->Receive(0, frames);
    for (rte_mbuf* frame : std::span(frames).first(count)) {
      const auto* data = rte_pktmbuf_mtod(frame, const uint8_t*);
      seen.emplace(data, data + frame->data_len);
    }
    ASSERT_EQ((*port)->Transmit(0, std::span(frames).first(count)), count);
  }
  EXPECT_EQ(seen.count(MakeAcknowledgement(3, 64)), 1u);
  EXPECT_LE(seen.size(), 8u);
}

}  // namespace
}  // namespace sluice::port
