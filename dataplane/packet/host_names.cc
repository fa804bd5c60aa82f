#include "dataplane/packet/host_names.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::packet {
namespace {

bool Covers(const std::array<uint8_t, 16>& network, unsigned prefix_bits, const std::array<uint8_t, 16>& address) {
  const size_t whole = prefix_bits / 8;
  if (std::memcmp(network.data(), address.data(), whole) != 0) return false;
  const unsigned rest = prefix_bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xff00u >> rest & 0xffu;
  return ((network[whole] ^ address[whole]) & mask) == 0;
}

}  // namespace

void HostNames::Add(const std::array<uint8_t, 16>& network, uint8_t prefix_bits, std::string name) {
  const auto place = std::upper_bound(blocks_.begin(), blocks_.end(), prefix_bits,
                                      [](uint8_t bits, const Block& block) { return bits > block.prefix_bits; });
  blocks_.insert(place, Block{network, prefix_bits, std::move(name)});
}

std::string_view HostNames::Find(const IpAddress& address) const noexcept {
  for (const Block& block : blocks_) {
    if (Covers(block.network, block.prefix_bits, address.bytes)) return block.name;
  }
  return {};
}

}  // namespace sluice::packet
