// FlowKey: the same key and hash for both directions of a conversation.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "dataplane/packet/packet.h"

namespace sluice::flow {

// Direction within a canonical key: from the lower endpoint (address, then port) to the higher, or back. Which of the
// two is the client is decided by the flow (who sent the SYN, or the first packet seen).
enum class KeySide : uint8_t { kLow = 0, kHigh = 1 };

struct FlowKey {
  packet::IpAddress low, high;
  uint16_t low_port = 0, high_port = 0;
  uint16_t vlan = 0;
  uint8_t ip_protocol = 0;
  uint8_t reserved = 0;
  uint32_t tunnel_id = 0;

  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};
static_assert(sizeof(FlowKey) == 44);

// `sender` says which side sent this packet. ICMP carries the echo identifier as ports, so that a ping is one flow.
FlowKey MakeFlowKey(const packet::Headers& headers, KeySide& sender) noexcept;

// 64 well-mixed bits; `seed` is secret per process when live (so that nobody can aim collisions) and fixed in replay.
uint64_t HashFlowKey(const FlowKey& key, uint64_t seed) noexcept;

}  // namespace sluice::flow
