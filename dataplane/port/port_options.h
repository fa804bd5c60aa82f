// PortOptions: what a person may say about one port, in plain words: nothing here is of DPDK.
//
// Filled by control/config, read by Port. A field that a driver does not use is left at its default.
// Thread: value type. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::port {

enum class Driver : uint8_t {
  kPhysical,   // a network card by its PCI address, taken from the kernel
  kAfPacket,   // a kernel interface, through packet sockets
  kAfXdp,      // a kernel interface, through XDP sockets
  kTap,        // a kernel interface that Sluice makes and takes away again
  kMemif,      // shared memory with another program
  kPcap,       // capture files
  kNull,       // frames from nowhere to nowhere: for measuring
  kCount,
};
constexpr std::string_view Name(Driver driver) {
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

// Who answers for the checksums of received packets.
enum class Checksum : uint8_t {
  kVerify,   // Sluice computes them
  kOffload,  // the device does; what it could not say, Sluice computes
  kIgnore,   // nobody: for links where senders leave them to hardware that is not there
  kCount,
};
constexpr std::string_view Name(Checksum checksum) {
  switch (checksum) {
    case Checksum::kVerify: return "verify";
    case Checksum::kOffload: return "offload";
    case Checksum::kIgnore: return "ignore";
    case Checksum::kCount: break;
  }
  return "unknown";
}

// Where packet buffers lie.
enum class HugePages : uint8_t {
  kAuto,  // in huge pages where enough are free
  kOn,    // else an error
  kOff,
  kCount,
};
constexpr std::string_view Name(HugePages mode) {
  switch (mode) {
    case HugePages::kAuto: return "auto";
    case HugePages::kOn: return "on";
    case HugePages::kOff: return "off";
    case HugePages::kCount: break;
  }
  return "unknown";
}

struct PortOptions {
  std::string name;
  Driver driver = Driver::kAfPacket;
  std::string device;           // physical: "0000:03:00.0"
  std::string interface;        // af_packet, af_xdp: exists; tap: to be made
  uint16_t queues = 0;          // 0: one for each worker where the driver can spread flows, else one
  uint16_t mtu = 1500;
  uint16_t descriptors = 1024;  // of each receive and transmit queue
  Checksum checksum = Checksum::kVerify;
  std::string rx_file;          // pcap; empty: nothing arrives
  std::string tx_file;          // pcap; empty: what leaves is discarded
  std::string socket;           // memif
  uint32_t memif_id = 0;
  bool memif_server = false;
  uint16_t frame_bytes = 64;    // null
  uint16_t flows = 0;           // null: of its frames, which are bare TCP acknowledgements; 0: whatever lies in the buffers
};

// The largest frame of a port: MTU, Ethernet header, two VLAN tags.
constexpr uint32_t MaxFrameBytes(uint16_t mtu) { return uint32_t{mtu} + 14 + 8; }

}  // namespace sluice::port
