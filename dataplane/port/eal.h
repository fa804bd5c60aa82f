// Eal: DPDK's environment, started once in a process and private to it: nothing in the file system, no telemetry, no scan of
// devices that nobody named, so that several instances run side by side and nothing is left behind.
//
// Thread: the main thread. Failure: says what DPDK said. Its log lines go to ours.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataplane/port/port_options.h"

namespace sluice::port {

struct EalOptions {
  HugePages huge_pages = HugePages::kAuto;
  uint32_t megabytes = 512;               // that packet buffers and rings will need
  std::vector<std::string> pci_devices;   // the only ones that are looked at
};

class Eal {
 public:
  // The one of this process; a second call shares it while it lives. DPDK cannot be started again after it ended: that is
  // an error here. REQUIRES: the options of a second call ask for no more than those of the first.
  static Result<std::shared_ptr<Eal>> Start(const EalOptions& options);
  ~Eal();
  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;

  bool uses_huge_pages() const { return uses_huge_pages_; }

 private:
  explicit Eal(bool uses_huge_pages) : uses_huge_pages_(uses_huge_pages) {}
  bool uses_huge_pages_;
};

// Free huge pages of the default size, as `meminfo` (the text of /proc/meminfo) says, in megabytes.
uint64_t FreeHugeMegabytes(std::string_view meminfo);
// `may_use_them`: the kernel gives this process one.
Result<bool> DecideHugePages(const EalOptions& options, uint64_t free_megabytes, bool may_use_them);
// The arguments for rte_eal_init.
std::vector<std::string> EalArguments(const EalOptions& options, bool use_huge_pages, const std::string& processors);

// What a DPDK function that returned `code` (or set rte_errno, for code 0) meant, with the first line that DPDK logged since.
std::string DescribeDpdkError(int code);

}  // namespace sluice::port
