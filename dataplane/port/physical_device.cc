#include "dataplane/port/physical_device.h"

#include <filesystem>
#include <system_error>

namespace sluice::port {

Error ExplainMissingDevice(const std::string& address, const std::string& pci_devices) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path device = fs::path(pci_devices) / address;
  if (!fs::exists(device, error)) {
    return Error(ErrorCode::kNotFound, "no PCI device has the address " + address + "; `dpdk-devbind.py --status-dev net` lists them");
  }
  const fs::path bound = fs::read_symlink(device / "driver", error);
  const std::string driver = error ? std::string() : bound.filename().string();
  if (driver == "vfio-pci" || driver == "uio_pci_generic" || driver == "igb_uio") {
    return Error(ErrorCode::kPermissionDenied, "device " + address + " is bound to " + driver +
                                                   " but could not be opened: it is taken by another program, or DPDK has no driver for it");
  }
  const std::string holder = driver.empty() ? "is bound to no driver" : "belongs to the kernel's driver " + driver;
  return Error(ErrorCode::kUnsupported,
               "device " + address + " " + holder + "; hand it over with `dpdk-devbind.py -b vfio-pci " + address + "`");
}

}  // namespace sluice::port
