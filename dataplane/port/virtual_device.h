// VirtualDevice: the name and arguments by which DPDK makes a port that is no network card.
//
// Thread: pure. Allocates: yes (cold path). Failure: kInvalidArgument where a text cannot be said to DPDK (a comma).
#pragma once

#include <string>

#include "base/result.h"
#include "dataplane/port/port_options.h"

namespace sluice::port {

struct VirtualDevice {
  std::string name;       // begins with the driver's name, which is how DPDK finds the driver
  std::string arguments;
};

// `queues`: receive and transmit queues alike. REQUIRES: options.driver != kPhysical.
Result<VirtualDevice> DescribeVirtualDevice(const PortOptions& options, uint16_t queues);

}  // namespace sluice::port
