#include "dataplane/worker/owner_rule.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::worker {
namespace {

packet::Packet FlowPacket(uint8_t host, uint16_t port) {
  packet::Packet packet;
  const uint8_t src[] = {10, 0, 0, host}, dst[] = {192, 0, 2, 1};
  packet.headers.ip_version = 4;
  packet.headers.transport = packet::Transport::kTcp;
  packet.headers.src = packet::IpAddress::FromV4(src);
  packet.headers.dst = packet::IpAddress::FromV4(dst);
  packet.headers.src_port = port;
  packet.headers.dst_port = 443;
  packet.flow_hash = (uint64_t{host} * 0x9e3779b97f4a7c15ULL) ^ (uint64_t{port} << 40);
  return packet;
}

TEST(OwnerRule, SpreadsFlowsOverAllWorkersEitherWay) {
  for (const bool follows_devices : {false, true}) {
    const OwnerRule rule{3, follows_devices};
    std::vector<int> flows(3);
    for (int i = 0; i < 3000; ++i) ++flows.at(rule.OwnerOf(FlowPacket(static_cast<uint8_t>(i), static_cast<uint16_t>(i * 7))));
    for (const int count : flows) EXPECT_GT(count, 500) << follows_devices;
  }
}

TEST(OwnerRule, GivesBothDirectionsToOneWorker) {
  const OwnerRule rule{5, true};
  for (int i = 0; i < 200; ++i) {
    const packet::Packet there = FlowPacket(static_cast<uint8_t>(i), static_cast<uint16_t>(i * 31));
    packet::Packet back = there;
    std::swap(back.headers.src, back.headers.dst);
    std::swap(back.headers.src_port, back.headers.dst_port);
    EXPECT_EQ(rule.OwnerOf(there), rule.OwnerOf(back));
  }
}

TEST(OwnerRule, TakesTheQueueThatTheDeviceChose) {
  // A device puts the flow in bucket hash % 64 and queue bucket % workers.
  const OwnerRule rule{3, true};
  const packet::Packet packet = FlowPacket(9, 4321);
  EXPECT_EQ(rule.OwnerOf(packet), (port::SymmetricRssHash(packet.headers) % 64) % 3);
}

}  // namespace
}  // namespace sluice::worker
