// IP headers of made frames: written anew (the innermost) or corrected (those of tunnels).
//
// Made datagrams are atomic (RFC 6864): DF is set, so their identification has no meaning; it is drawn from what the
// datagram holds to differ between frames. Part of the action room.
// Thread: pure functions. Allocates: never. Failure: false where a length does not fit its field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/packet/ip_address.h"

namespace sluice::action {

constexpr size_t kIpv4HeaderBytes = 20, kIpv6HeaderBytes = 40;
constexpr uint8_t kProtocolTcp = 6;

struct IpEnds {
  packet::IpAddress src, dst;
};

// REQUIRES: `packet` holds a whole fixed header of either version.
IpEnds ReadEnds(std::span<const uint8_t> packet) noexcept;

// `packet` is the IP packet to its end: header without options, then a TCP segment. REQUIRES: it has room for the
// header.
bool WriteIpv4(const IpEnds& ends, uint16_t identification, std::span<uint8_t> packet) noexcept;
bool WriteIpv6(const IpEnds& ends, std::span<uint8_t> packet) noexcept;

// The header at the front of `packet` gets the length of `packet`, a full hop limit and, where asked for, its addresses
// the other way round. REQUIRES: a header that was read as one without options; `packet` holds it.
bool FitIpv4(std::span<uint8_t> packet, bool swap_ends) noexcept;
bool FitIpv6(std::span<uint8_t> packet, bool swap_ends) noexcept;

}  // namespace sluice::action
