// PhysicalDevice: why a network card that was named by its PCI address did not become a port, as the kernel sees it.
//
// Thread: control. Allocates: yes (cold path).
#pragma once

#include <string>

#include "base/error.h"

namespace sluice::port {

// `pci_devices`: "/sys/bus/pci/devices", or a folder that looks like it.
Error ExplainMissingDevice(const std::string& address, const std::string& pci_devices);

}  // namespace sluice::port
