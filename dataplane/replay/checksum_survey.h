// ChecksumSurvey: which hosts of a capture have their checksums written by the network card after the capture point.
//
// On such a host every outgoing packet of a capture has a wrong checksum, and none a right one. An evader who mixes in bad
// segments that receivers drop has both kinds, so his stay rejected. Thread: one. Allocates: an entry a host.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "dataplane/packet/packet.h"

namespace sluice::replay {

class ChecksumSurvey {
 public:
  // Looks at a frame before the replay proper. Only TCP and UDP with a complete payload count.
  void Look(packet::Packet frame);
  // The survey is over: the hosts whose every checksum was wrong, with the number of their packets.
  std::vector<std::pair<packet::IpAddress, uint64_t>> Finish();
  // Whether this frame comes from one of them. REQUIRES: Finish was called.
  bool IsOffloaded(const packet::Packet& frame) const;

 private:
  struct Tally {
    uint64_t right = 0, wrong = 0;
  };
  static constexpr size_t kMaxHosts = 100000;  // further hosts are verified as usual
  std::map<packet::IpAddress, Tally> hosts_;
  bool any_offloaded_ = false;
};

}  // namespace sluice::replay
