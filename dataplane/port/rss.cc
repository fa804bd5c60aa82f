#include "dataplane/port/rss.h"

#include "base/byte_order.h"

namespace sluice::port {
namespace {

uint32_t FoldAddress(const packet::IpAddress& address, bool is_v4) noexcept {
  uint32_t fold = 0;
  for (size_t i = is_v4 ? 12 : 0; i < address.bytes.size(); i += 4) fold ^= LoadBe32(address.bytes.data() + i);
  return fold;
}

// Toeplitz with the periodic key over one 16-bit word: each bit set takes the 32 bits of the key that begin at its place,
// which is the first 32 bits rotated, since the key repeats every 16.
uint32_t HashWord(uint16_t word) noexcept {
  constexpr uint32_t kKey = 0x6d5a6d5a;
  uint32_t hash = 0;
  for (unsigned bit = 0; bit < 16; ++bit) {
    if ((word & (0x8000u >> bit)) != 0) hash ^= (kKey << bit) | (bit == 0 ? 0 : kKey >> (32 - bit));
  }
  return hash;
}

}  // namespace

uint32_t SymmetricRssHash(const packet::Headers& headers) noexcept {
  const bool is_v4 = headers.ip_version == 4;
  const uint32_t addresses = FoldAddress(headers.src, is_v4) ^ FoldAddress(headers.dst, is_v4);
  uint32_t fold = (addresses >> 16) ^ (addresses & 0xffff);
  if (headers.transport == packet::Transport::kTcp || headers.transport == packet::Transport::kUdp) {
    fold ^= static_cast<uint32_t>(headers.src_port ^ headers.dst_port);
  }
  return HashWord(static_cast<uint16_t>(fold));
}

}  // namespace sluice::port
