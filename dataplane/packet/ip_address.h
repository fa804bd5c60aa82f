// IpAddress: an IPv4 or IPv6 address in one fixed shape, IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
//
// Thread: value type. Allocates: only Format.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>

namespace sluice::packet {

struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  static IpAddress FromV4(const uint8_t* p) {
    // As one store of each half: a byte-wise one would stall the 16-byte load that follows it in the parser.
    uint32_t v4;
    std::memcpy(&v4, p, 4);
    const uint64_t halves[2] = {0, uint64_t{v4} << 32 | 0xffff0000u};
    IpAddress a;
    std::memcpy(a.bytes.data(), halves, 16);
    return a;
  }
  static IpAddress FromV6(const uint8_t* p) {
    IpAddress a;
    std::memcpy(a.bytes.data(), p, 16);
    return a;
  }
  bool IsV4() const {
    static constexpr uint8_t kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(bytes.data(), kPrefix, 12) == 0;
  }
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// "192.0.2.1" or "2001:db8::1" (RFC 5952). Cold.
std::string Format(const IpAddress& address);

}  // namespace sluice::packet
