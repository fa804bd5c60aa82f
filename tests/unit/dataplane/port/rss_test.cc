#include "dataplane/port/rss.h"

#include <gtest/gtest.h>
#include <rte_thash.h>

#include <random>

#include "base/byte_order.h"

namespace sluice::port {
namespace {

packet::Headers RandomHeaders(std::mt19937& random, bool is_v4) {
  packet::Headers headers;
  headers.ip_version = is_v4 ? 4 : 6;
  headers.transport = packet::Transport::kTcp;
  for (packet::IpAddress* address : {&headers.src, &headers.dst}) {
    uint8_t bytes[16];
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    *address = is_v4 ? packet::IpAddress::FromV4(bytes) : packet::IpAddress::FromV6(bytes);
  }
  headers.src_port = static_cast<uint16_t>(random());
  headers.dst_port = static_cast<uint16_t>(random());
  return headers;
}

// Toeplitz by the book, as devices compute it: addresses, then ports.
uint32_t DeviceHash(const packet::Headers& headers) {
  std::vector<uint32_t> words;
  const size_t begin = headers.ip_version == 4 ? 12 : 0;
  for (const packet::IpAddress* address : {&headers.src, &headers.dst}) {
    for (size_t i = begin; i < 16; i += 4) words.push_back(LoadBe32(address->bytes.data() + i));
  }
  words.push_back(static_cast<uint32_t>(headers.src_port) << 16 | headers.dst_port);
  return rte_softrss(words.data(), static_cast<uint32_t>(words.size()), kSymmetricRssKey.data());
}

TEST(SymmetricRssHash, EqualsToeplitzOfTheDevice) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const packet::Headers headers = RandomHeaders(random, i % 2 == 0);
    ASSERT_EQ(SymmetricRssHash(headers), DeviceHash(headers)) << i;
  }
}

TEST(SymmetricRssHash, IsTheSameForBothDirections) {
  std::mt19937 random(2);
  for (int i = 0; i < 100; ++i) {
    const packet::Headers there = RandomHeaders(random, i % 2 == 0);
    packet::Headers back = there;
    std::swap(back.src, back.dst);
    std::swap(back.src_port, back.dst_port);
    ASSERT_EQ(SymmetricRssHash(there), SymmetricRssHash(back));
  }
}

}  // namespace
}  // namespace sluice::port
