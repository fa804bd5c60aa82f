// Checksum: tells a damaged section from a whole one at memory speed, so that loading a gigabyte takes no second.
//
// Seeded by the secret key, and the seal on the header covers the sums. Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_order.h"
#include "base/byte_view.h"

namespace sluice::fingerprint {

inline uint64_t Checksum(ByteView bytes, uint64_t seed) noexcept {
  constexpr uint64_t kOdd[4] = {0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL, 0x165667b19e3779f9ULL, 0x27d4eb2f165667c5ULL};
  std::array<uint64_t, 4> lanes{seed, seed ^ kOdd[1], seed + kOdd[2], seed ^ kOdd[3]};
  const uint8_t* p = bytes.begin();
  const uint8_t* const end = bytes.end();
  for (; end - p >= 32; p += 32) {
    for (size_t i = 0; i < 4; ++i) {
      const uint64_t x = (lanes[i] ^ LoadLe64(p + 8 * i)) * kOdd[i];
      lanes[i] = x ^ (x >> 32);
    }
  }
  uint64_t sum = bytes.size();
  for (; p != end; ++p) sum = (sum ^ *p) * kOdd[0];
  for (const uint64_t lane : lanes) sum = ((sum ^ (sum >> 29)) ^ lane) * kOdd[1];
  return sum ^ (sum >> 31);
}

}  // namespace sluice::fingerprint
