#include "dataplane/flow/flow_key.h"

#include <bit>
#include <set>

namespace sluice::flow {
namespace {

packet::IpAddress V4(uint32_t address) {
  uint8_t bytes[4];
  StoreBe32(bytes, address);
  return packet::IpAddress::FromV4(bytes);
}

packet::Headers TcpHeaders() {
  packet::Headers headers;
  headers.src = V4(0xc0000201);
  headers.dst = V4(0xc6336401);
  headers.src_port = 40000;
  headers.dst_port = 443;
  headers.transport = packet::Transport::kTcp;
  headers.ip_protocol = 6;
  headers.vlan = 12;
  headers.tunnel_id = 77;
  return headers;
}

packet::Headers Reversed(packet::Headers headers) {
  std::swap(headers.src, headers.dst);
  std::swap(headers.src_port, headers.dst_port);
  return headers;
}

TEST(FlowKey, IsEqualForBothDirections) {
  KeySide forth{}, back{};
  const FlowKey a = MakeFlowKey(TcpHeaders(), forth);
  const FlowKey b = MakeFlowKey(Reversed(TcpHeaders()), back);
  EXPECT_EQ(a, b);
  EXPECT_EQ(forth, KeySide::kLow);
  EXPECT_EQ(back, KeySide::kHigh);
  EXPECT_EQ(HashFlowKey(a, 5), HashFlowKey(b, 5));
}

TEST(FlowKey, OrdersByPortWhenAddressesAreEqual) {
  packet::Headers headers = TcpHeaders();
  headers.dst = headers.src;
  KeySide forth{}, back{};
  const FlowKey a = MakeFlowKey(headers, forth);
  const FlowKey b = MakeFlowKey(Reversed(headers), back);
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.low_port, 443);
  EXPECT_EQ(forth, KeySide::kHigh);
  EXPECT_EQ(back, KeySide::kLow);
}

TEST(FlowKey, CallsTheSenderLowWhenBothEndpointsAreEqual) {
  packet::Headers headers = TcpHeaders();
  headers.dst = headers.src;
  headers.dst_port = headers.src_port;
  KeySide side = KeySide::kHigh;
  MakeFlowKey(headers, side);
  EXPECT_EQ(side, KeySide::kLow);
}

TEST(FlowKey, IsOneFlowForEchoRequestAndReply) {
  packet::Headers headers = TcpHeaders();
  headers.transport = packet::Transport::kIcmp;
  headers.ip_protocol = 1;
  headers.src_port = headers.dst_port = 0x1234;
  KeySide side{};
  const FlowKey request = MakeFlowKey(headers, side);
  EXPECT_EQ(request, MakeFlowKey(Reversed(headers), side));
  headers.src_port = headers.dst_port = 0x1235;
  EXPECT_NE(request, MakeFlowKey(headers, side));
}

TEST(FlowKey, TellsApartVlansTunnelsAndProtocols) {
  KeySide side{};
  const packet::Headers base = TcpHeaders();
  const FlowKey key = MakeFlowKey(base, side);
  packet::Headers other = base;
  other.vlan = 13;
  EXPECT_NE(key, MakeFlowKey(other, side));
  EXPECT_EQ(MakeFlowKey(base, side, {.include_vlan = false}), MakeFlowKey(other, side, {.include_vlan = false}));
  other = base;
  other.tunnel_id = 78;
  EXPECT_NE(key, MakeFlowKey(other, side));
  EXPECT_EQ(MakeFlowKey(base, side, {.include_tunnel = false}), MakeFlowKey(other, side, {.include_tunnel = false}));
  other = base;
  other.ip_protocol = 17;
  EXPECT_NE(key, MakeFlowKey(other, side));
}

TEST(FlowHasher, DependsOnTheSeed) {
  KeySide side{};
  const FlowKey key = MakeFlowKey(TcpHeaders(), side);
  EXPECT_NE(HashFlowKey(key, 1), HashFlowKey(key, 2));
  EXPECT_EQ(FlowHasher(1)(key), HashFlowKey(key, 1));
}

// Each single input bit flips about half of the 64 output bits, over several seeds.
TEST(FlowHasher, SpreadsEveryInputBitOverTheWholeHash) {
  KeySide side{};
  const FlowKey key = MakeFlowKey(TcpHeaders(), side);
  for (size_t bit = 0; bit < sizeof(FlowKey) * 8; ++bit) {
    int flipped = 0;
    constexpr int kSeeds = 64;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      FlowKey changed = key;
      reinterpret_cast<uint8_t*>(&changed)[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      flipped += std::popcount(HashFlowKey(key, seed) ^ HashFlowKey(changed, seed));
    }
    EXPECT_NEAR(flipped / static_cast<double>(kSeeds), 32.0, 5.0) << "bit " << bit;
  }
}

TEST(FlowHasher, HasNoCollisionAmongSequentialKeys) {
  const FlowHasher hasher(42);
  std::set<uint64_t> hashes;
  FlowKey key;
  key.low = V4(0x0a000001);
  key.high = V4(0x0a000002);
  for (uint32_t i = 0; i < 100000; ++i) {
    key.low_port = static_cast<uint16_t>(i);
    key.high_port = static_cast<uint16_t>(i >> 16);
    hashes.insert(hasher(key));
  }
  EXPECT_EQ(hashes.size(), 100000u);
}

}  // namespace
}  // namespace sluice::flow
