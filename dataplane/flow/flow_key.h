// FlowKey: the same key and hash for both directions of a conversation.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_order.h"
#include "dataplane/packet/packet.h"

namespace sluice::flow {

using FlowKey = packet::Conversation;
using KeySide = packet::ConversationSide;

// What belongs to a conversation besides its endpoints. Addresses may repeat between VLANs and between tenants of a
// tunnel, so both count by default; a link that carries the two directions under different tags needs them off.
struct FlowKeyOptions {
  bool include_vlan = true;
  bool include_tunnel = true;
};

// `sender` says which side sent this packet; where both endpoints are equal it is always kLow. ICMP carries the echo
// identifier as both ports (the parser sets them so), so that a ping is one flow; other ICMP has port 0.
FlowKey MakeFlowKey(const packet::Headers& headers, KeySide& sender, const FlowKeyOptions& options = {}) noexcept;

// Keyed hash of a FlowKey: NH (Black et al., UMAC, CRYPTO '99), whose collisions cannot be aimed without the seed,
// followed by a mixer so that any bits of the result may be used alone.
class FlowHasher {
 public:
  // `seed` is secret per process when live and fixed in replay.
  explicit FlowHasher(uint64_t seed) noexcept;

  uint64_t operator()(const FlowKey& key) const noexcept {
    __extension__ using Wide = unsigned __int128;
    const auto* p = reinterpret_cast<const uint8_t*>(&key);
    const auto word = [&](size_t i) { return LoadLe64(p + 8 * i) + keys_[i]; };
    const Wide sum = static_cast<Wide>(word(0)) * word(1) + static_cast<Wide>(word(2)) * word(3) +
                     static_cast<Wide>(word(4)) * (LoadLe32(p + 40) + keys_[5]);
    return Mix(static_cast<uint64_t>(sum) + static_cast<uint64_t>(sum >> 64) * fold_);
  }

 private:
  // Finaliser of MurmurHash3 (A. Appleby): a bijection in which each input bit reaches each output bit.
  static constexpr uint64_t Mix(uint64_t x) noexcept {
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return x ^ (x >> 33);
  }

  std::array<uint64_t, 6> keys_;  // one for each word of a FlowKey
  uint64_t fold_;                 // odd
};

// The same value as FlowHasher(seed)(key), for callers without a hasher of their own.
uint64_t HashFlowKey(const FlowKey& key, uint64_t seed) noexcept;

}  // namespace sluice::flow
