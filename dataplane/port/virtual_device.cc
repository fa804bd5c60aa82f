#include "dataplane/port/virtual_device.h"

#include <algorithm>

namespace sluice::port {
namespace {

// A frame of the packet ring starts with the kernel's header (struct tpacket2_hdr and an address), and the driver wants
// room for a tag that the kernel took off.
constexpr uint32_t kPacketRingOverhead = 128;
constexpr uint32_t kPacketRingFrames = 1024;

uint32_t NextPowerOfTwo(uint32_t value) {
  uint32_t power = 2048;
  while (power < value) power *= 2;
  return power;
}

std::string AfPacketArguments(const PortOptions& options, uint16_t queues) {
  const uint32_t frame = NextPowerOfTwo(MaxFrameBytes(options.mtu) + kPacketRingOverhead);
  const uint32_t block = std::max<uint32_t>(frame, 4096);
  return "iface=" + options.interface + ",qpairs=" + std::to_string(queues) + ",framesz=" + std::to_string(frame) +
         ",blocksz=" + std::to_string(block) + ",framecnt=" + std::to_string(kPacketRingFrames);
}

std::string PcapArguments(const PortOptions& options) {
  std::string arguments;
  if (!options.rx_file.empty()) arguments = "rx_pcap=" + options.rx_file;
  if (!options.tx_file.empty()) arguments += (arguments.empty() ? "tx_pcap=" : ",tx_pcap=") + options.tx_file;
  return arguments;
}

std::string MemifArguments(const PortOptions& options) {
  return std::string("role=") + (options.memif_server ? "server" : "client") + ",id=" + std::to_string(options.memif_id) +
         ",socket=" + options.socket + ",socket-abstract=no,bsize=" + std::to_string(NextPowerOfTwo(MaxFrameBytes(options.mtu)));
}

Status CheckText(const PortOptions& options, const std::string& text) {
  if (text.find_first_of(",[]\"'") == std::string::npos) return {};
  return Error(ErrorCode::kInvalidArgument,
               "port '" + options.name + "': '" + text + "' has a comma, bracket or quote, which DPDK cannot take; use another name");
}

}  // namespace

Result<VirtualDevice> DescribeVirtualDevice(const PortOptions& options, uint16_t queues) {
  for (const std::string& text : {options.interface, options.rx_file, options.tx_file, options.socket}) {
    if (Status status = CheckText(options, text); !status) return status.error();
  }
  switch (options.driver) {
    case Driver::kAfPacket:
      return VirtualDevice{"net_af_packet_" + options.name, AfPacketArguments(options, queues)};
    case Driver::kAfXdp:
      return VirtualDevice{"net_af_xdp_" + options.name,
                           "iface=" + options.interface + ",start_queue=0,queue_count=" + std::to_string(queues)};
    case Driver::kTap:
      return VirtualDevice{"net_tap_" + options.name, "iface=" + options.interface};
    case Driver::kMemif:
      return VirtualDevice{"net_memif_" + options.name, MemifArguments(options)};
    case Driver::kPcap:
      return VirtualDevice{"net_pcap_" + options.name, PcapArguments(options)};
    case Driver::kNull:
      return VirtualDevice{"net_null_" + options.name, "size=" + std::to_string(options.frame_bytes) + ",copy=0"};
    case Driver::kPhysical:
    case Driver::kCount: break;
  }
  return Error(ErrorCode::kInternal, "port '" + options.name + "' is no virtual device");
}

}  // namespace sluice::port
