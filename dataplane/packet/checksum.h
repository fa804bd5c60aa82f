// The Internet checksum (RFC 1071): whole, by parts, and updated in place (RFC 1624).
//
// For the parser, which verifies, and for those who write packets (resets, block pages, put-together datagrams).
// Results are numbers as StoreBe16 takes them. Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "base/byte_order.h"
#include "base/byte_view.h"
#include "dataplane/packet/ip_address.h"

namespace sluice::packet {

// A ones' complement sum under way, over 16-bit words as they lie in memory. Only the last piece may be of odd length.
// Room for 2^32 pieces of 64 KiB.
class ChecksumSum {
 public:
  void Add(ByteView bytes) noexcept { sum_ += WordSum(bytes); }
  void AddWord(uint16_t value) noexcept { sum_ += __builtin_bswap16(value); }
  // An IPv4 address is added with its ::ffff prefix, which is 0 modulo 0xffff and so changes nothing.
  void AddPseudoHeader(const IpAddress& src, const IpAddress& dst, uint8_t protocol, uint32_t length) noexcept;
  // `src`, `dst`: four bytes each, as they stand in the IPv4 header.
  void AddPseudoHeaderV4(const uint8_t* src, const uint8_t* dst, uint8_t protocol, uint16_t length) noexcept {
    sum_ += uint64_t{LoadLe32(src)} + LoadLe32(dst);
    AddWord(protocol);
    AddWord(length);
  }

  // What goes into the checksum field when that field was 0 in the sum.
  uint16_t Checksum() const noexcept { return static_cast<uint16_t>(~__builtin_bswap16(Fold())); }
  // Whether data that includes its checksum field is intact.
  bool Holds() const noexcept { return Fold() == 0xffff; }

 private:
  static uint64_t WordSum(ByteView bytes) noexcept;
  uint16_t Fold() const noexcept;

  uint64_t sum_ = 0;
};

// Whether an IPv4 header without options is intact. REQUIRES: 20 bytes.
inline bool Ipv4HeaderHolds(const uint8_t* p) noexcept {
  uint64_t s = uint64_t{LoadLe32(p)} + LoadLe32(p + 4) + LoadLe32(p + 8) + LoadLe32(p + 12) + LoadLe32(p + 16);
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffff) + (s >> 16);
  return (s & 0xffff) + (s >> 16) == 0xffff;
}

// Of an IP header or any block whose checksum field is 0.
uint16_t Checksum(ByteView bytes) noexcept;
// Of a TCP, UDP or ICMPv6 segment whose checksum field is 0. For UDP, 0 is sent as 0xffff (RFC 768); that is done here.
uint16_t TransportChecksum(const IpAddress& src, const IpAddress& dst, uint8_t protocol, ByteView segment) noexcept;

// The checksum after one word changed (RFC 1624, equation 3). 32-bit fields take two updates.
uint16_t UpdateChecksum(uint16_t checksum, uint16_t old_word, uint16_t new_word) noexcept;
uint16_t UpdateChecksum32(uint16_t checksum, uint32_t old_value, uint32_t new_value) noexcept;

}  // namespace sluice::packet
