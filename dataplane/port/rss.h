// Receive-side scaling, the same for both directions of a flow: a hash key of period 16 bits makes Toeplitz's hash depend only
// on the exclusive or of all 16-bit words of its input (Woo and Park, 2012), which does not change when source and destination
// are exchanged. So the hash of any flow can be computed here as a device would.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/packet/packet.h"

namespace sluice::port {

inline constexpr size_t kRssKeyBytes = 52;  // the longest that a device wants; shorter ones take the beginning
inline constexpr std::array<uint8_t, kRssKeyBytes> kSymmetricRssKey = [] {
  std::array<uint8_t, kRssKeyBytes> key{};
  for (size_t i = 0; i < key.size(); ++i) key[i] = i % 2 == 0 ? 0x6d : 0x5a;
  return key;
}();

// Of addresses and, for TCP and UDP, ports.
uint32_t SymmetricRssHash(const packet::Headers& headers) noexcept;

}  // namespace sluice::port
