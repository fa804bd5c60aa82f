// DatagramBuffers: the fixed pool in which datagrams are put together, each as a packet of its own.
//
// Part of IpReassembler. Thread: one worker. Allocates: in the constructor.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/packet/packet.h"

namespace sluice::packet {

class DatagramBuffers {
 public:
  explicit DatagramBuffers(uint32_t count);

  bool empty() const noexcept { return free_.empty(); }
  uint32_t in_use() const noexcept { return static_cast<uint32_t>(packets_.size() - free_.size()); }
  bool Owns(const Packet* packet) const noexcept;

  // A datagram from its fragments, which are in order, without holes, linked by `next`, and stay untouched.
  // `completing` is the one that came last. REQUIRES: !empty(), and a length that an IP header can carry.
  Packet* Assemble(const Packet* first, const Packet& completing) noexcept;
  // REQUIRES: Owns(packet), in use.
  void Release(Packet* packet) noexcept;

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  std::vector<Packet> packets_;
  std::vector<uint32_t> free_;  // never grows past its first size
};

// The bytes of the IP header that a datagram will begin with.
uint32_t RebuiltHeaderBytes(const Packet& first) noexcept;

}  // namespace sluice::packet
