// Conversation: whose packet it is, the same for both of its directions. What flows are keyed by.
//
// Thread: value type. Allocates: never.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "dataplane/packet/ip_address.h"

namespace sluice::packet {

// Direction within a conversation: from the lower endpoint (address, then port) to the higher, or back. Which of the two
// is the client is decided by the flow (who sent the SYN, or the first packet seen).
enum class ConversationSide : uint8_t { kLow = 0, kHigh = 1 };

struct Conversation {
  IpAddress low, high;
  uint16_t low_port = 0, high_port = 0;
  uint16_t vlan = 0;
  uint8_t ip_protocol = 0;
  uint8_t reserved = 0;
  uint32_t tunnel_id = 0;

  // In whole words: a lookup asks this of every packet.
  friend bool operator==(const Conversation& a, const Conversation& b) noexcept {
    uint64_t x[5], y[5];
    uint32_t x_end, y_end;
    std::memcpy(x, &a, sizeof x);
    std::memcpy(y, &b, sizeof y);
    std::memcpy(&x_end, reinterpret_cast<const uint8_t*>(&a) + sizeof x, sizeof x_end);
    std::memcpy(&y_end, reinterpret_cast<const uint8_t*>(&b) + sizeof y, sizeof y_end);
    const uint64_t differs = (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4]);
    return (differs | (x_end ^ y_end)) == 0;
  }
};
static_assert(sizeof(Conversation) == 44 && std::has_unique_object_representations_v<Conversation>);

}  // namespace sluice::packet
