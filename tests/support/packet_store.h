// PacketStore: owns the frames of a test and hands them out as packets.
//
// Each frame is an exact heap copy, so that AddressSanitizer sees a read past its end.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "dataplane/packet/packet.h"

namespace sluice::test {

using Bytes = std::vector<uint8_t>;

class PacketStore {
 public:
  packet::Packet* Add(const Bytes& frame, Timestamp time = {},
                      packet::LinkType link_type = packet::LinkType::kEthernet);
  // The same frame as a capture with a small snap length holds it.
  packet::Packet* AddCut(const Bytes& frame, uint32_t kept, Timestamp time = {});
  std::vector<packet::Packet*> packets();

 private:
  struct Entry {
    std::unique_ptr<uint8_t[]> bytes;
    packet::Packet packet;
  };
  std::deque<Entry> entries_;
};

}  // namespace sluice::test
