// HostNames: whose host an address is, as the configuration says (`hosts:`); for rules that ask for a client, and for records.
//
// Made once at the start and then only read, by any number of threads. Allocates: in Add. Cost: a walk over the blocks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/packet/ip_address.h"

namespace sluice::packet {

class HostNames {
 public:
  // `prefix_bits` of the address in its 128-bit form (IPv4: 96 and more). REQUIRES: prefix_bits <= 128.
  void Add(const std::array<uint8_t, 16>& network, uint8_t prefix_bits, std::string name);

  // The name of the narrowest block that the address lies in, the first one given where two are the same; empty where none.
  std::string_view Find(const IpAddress& address) const noexcept;
  bool empty() const noexcept { return blocks_.empty(); }

 private:
  struct Block {
    std::array<uint8_t, 16> network;
    uint8_t prefix_bits;
    std::string name;
  };
  std::vector<Block> blocks_;  // narrowest first
};

}  // namespace sluice::packet
