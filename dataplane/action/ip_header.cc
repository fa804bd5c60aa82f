#include "dataplane/action/ip_header.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "dataplane/packet/checksum.h"

namespace sluice::action {
namespace {

constexpr uint8_t kHopLimit = 64;
constexpr uint16_t kDontFragment = 0x4000;

bool StoreIpv4Length(std::span<uint8_t> packet) {
  if (packet.size() > UINT16_MAX) return false;
  StoreBe16(packet.data() + 2, static_cast<uint16_t>(packet.size()));
  return true;
}

bool StoreIpv6Length(std::span<uint8_t> packet) {
  const size_t payload = packet.size() - kIpv6HeaderBytes;
  if (payload > UINT16_MAX) return false;
  StoreBe16(packet.data() + 4, static_cast<uint16_t>(payload));
  return true;
}

void StoreIpv4Checksum(uint8_t* header) {
  StoreBe16(header + 10, 0);
  StoreBe16(header + 10, packet::Checksum({header, kIpv4HeaderBytes}));
}

}  // namespace

IpEnds ReadEnds(std::span<const uint8_t> packet) noexcept {
  const uint8_t* p = packet.data();
  if (p[0] >> 4 == 4) return {packet::IpAddress::FromV4(p + 12), packet::IpAddress::FromV4(p + 16)};
  return {packet::IpAddress::FromV6(p + 8), packet::IpAddress::FromV6(p + 24)};
}

bool WriteIpv4(const IpEnds& ends, uint16_t identification, std::span<uint8_t> packet) noexcept {
  uint8_t* p = packet.data();
  std::fill_n(p, kIpv4HeaderBytes, uint8_t{0});
  p[0] = 0x45;
  StoreBe16(p + 4, identification);
  StoreBe16(p + 6, kDontFragment);
  p[8] = kHopLimit;
  p[9] = kProtocolTcp;
  std::memcpy(p + 12, ends.src.bytes.data() + 12, 4);
  std::memcpy(p + 16, ends.dst.bytes.data() + 12, 4);
  if (!StoreIpv4Length(packet)) return false;
  StoreIpv4Checksum(p);
  return true;
}

bool WriteIpv6(const IpEnds& ends, std::span<uint8_t> packet) noexcept {
  uint8_t* p = packet.data();
  std::fill_n(p, kIpv6HeaderBytes, uint8_t{0});
  p[0] = 0x60;
  p[6] = kProtocolTcp;
  p[7] = kHopLimit;
  std::memcpy(p + 8, ends.src.bytes.data(), 16);
  std::memcpy(p + 24, ends.dst.bytes.data(), 16);
  return StoreIpv6Length(packet);
}

bool FitIpv4(std::span<uint8_t> packet, bool swap_ends) noexcept {
  uint8_t* p = packet.data();
  if (swap_ends) std::swap_ranges(p + 12, p + 16, p + 16);
  // Whole, whatever the seen one was; whether it may be fragmented on its way stays the tunnel's decision.
  StoreBe16(p + 6, LoadBe16(p + 6) & kDontFragment);
  p[8] = kHopLimit;
  if (!StoreIpv4Length(packet)) return false;
  StoreIpv4Checksum(p);
  return true;
}

bool FitIpv6(std::span<uint8_t> packet, bool swap_ends) noexcept {
  uint8_t* p = packet.data();
  if (swap_ends) std::swap_ranges(p + 8, p + 24, p + 24);
  p[7] = kHopLimit;
  return StoreIpv6Length(packet);
}

}  // namespace sluice::action
