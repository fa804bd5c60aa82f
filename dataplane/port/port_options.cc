#include "dataplane/port/port_options.h"

namespace sluice::port {

std::string_view Name(Driver driver) {
  switch (driver) {
    case Driver::kPhysical: return "physical";
    case Driver::kAfPacket: return "af_packet";
    case Driver::kAfXdp: return "af_xdp";
    case Driver::kTap: return "tap";
    case Driver::kMemif: return "memif";
    case Driver::kPcap: return "pcap";
    case Driver::kNull: return "null";
    case Driver::kCount: break;
  }
  return "unknown";
}

std::string_view Name(Checksum checksum) {
  switch (checksum) {
    case Checksum::kVerify: return "verify";
    case Checksum::kOffload: return "offload";
    case Checksum::kIgnore: return "ignore";
    case Checksum::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::port
