#include "dataplane/port/eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "dataplane/port/driver_log.h"

namespace sluice::port {
namespace {

std::string ReadWhole(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The number behind `name`, in the unit the file uses.
uint64_t MeminfoValue(std::string_view meminfo, std::string_view name) {
  const size_t at = meminfo.find(name);
  if (at == std::string_view::npos) return 0;
  const size_t digits = meminfo.find_first_of("0123456789", at + name.size());
  if (digits == std::string_view::npos) return 0;
  uint64_t value = 0;
  std::from_chars(meminfo.data() + digits, meminfo.data() + meminfo.size(), value);
  return value;
}

// The processors this process may use, as DPDK writes sets: "(0,1,5)".
std::string AllowedProcessors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return "0";
  std::string set;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) set += (set.empty() ? "(" : ",") + std::to_string(cpu);
  }
  return set + ")";
}

// Asked of the kernel itself: a container may see free huge pages and not be given one.
bool GetsAHugePage() {
  constexpr size_t kBytes = size_t{2} << 20;
  void* page = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (page == MAP_FAILED) return false;
  munmap(page, kBytes);
  return true;
}

// DPDK makes a folder for its files even where it then makes none.
void RemoveRuntimeFolder(const std::string& folder) {
  if (!folder.empty()) rmdir(folder.c_str());
}

Status Initialise(const std::vector<std::string>& arguments) {
  std::vector<std::string> owned = arguments;
  std::vector<char*> argv;
  for (std::string& argument : owned) argv.push_back(argument.data());
  argv.push_back(nullptr);
  if (rte_eal_init(static_cast<int>(argv.size() - 1), argv.data()) >= 0) return {};
  RemoveRuntimeFolder(rte_eal_get_runtime_dir());
  return Error(ErrorCode::kResourceExhausted, "DPDK did not start: " + DescribeDpdkError(0));
}

bool g_was_started = false;  // main thread only

}  // namespace

uint64_t FreeHugeMegabytes(std::string_view meminfo) {
  return MeminfoValue(meminfo, "HugePages_Free:") * MeminfoValue(meminfo, "Hugepagesize:") / 1024;
}

Result<bool> DecideHugePages(const EalOptions& options, uint64_t free_megabytes, bool may_use_them) {
  if (options.huge_pages == HugePages::kOff) return false;
  const bool usable = may_use_them && free_megabytes >= options.megabytes;
  if (usable || options.huge_pages == HugePages::kAuto) return usable;
  return Error(ErrorCode::kResourceExhausted,
               "huge pages: " + std::to_string(options.megabytes) + " MB are needed, " + std::to_string(free_megabytes) +
                   " MB are free" + (may_use_them ? "" : " and this process is given none") +
                   "; reserve more with `sysctl -w vm.nr_hugepages=N`, or say `huge_pages: auto`");
}

std::vector<std::string> EalArguments(const EalOptions& options, bool use_huge_pages, const std::string& processors) {
  // One lcore, the main thread, which may run anywhere: workers are our own threads and register themselves.
  std::vector<std::string> arguments = {"sluiced", "--no-telemetry", "--file-prefix=sluice-" + std::to_string(getpid()),
                                        "--lcores=0@" + processors, "--log-level=*:warning", "--log-level=lib.eal:error"};
  if (options.pci_devices.empty()) arguments.emplace_back("--no-pci");
  for (const std::string& device : options.pci_devices) arguments.push_back("--allow=" + device);
  if (use_huge_pages) {
    arguments.emplace_back("--in-memory");
  } else {
    // Without huge pages DPDK takes its memory the old way, which --in-memory excludes; this is its other half.
    arguments.emplace_back("--no-shconf");
    arguments.emplace_back("--no-huge");
    arguments.push_back("-m" + std::to_string(options.megabytes));
    arguments.emplace_back("--iova-mode=va");
  }
  return arguments;
}

std::string DescribeDpdkError(int code) {
  const int number = code != 0 ? (code < 0 ? -code : code) : rte_errno;
  std::string text = number != 0 ? rte_strerror(number) : "no reason given";
  const std::string line = TakeFirstDriverLine();
  if (!line.empty()) text += " (" + line + ")";
  return text;
}

Result<std::shared_ptr<Eal>> Eal::Start(const EalOptions& options) {
  static std::weak_ptr<Eal> running;
  if (std::shared_ptr<Eal> eal = running.lock()) return eal;
  if (g_was_started) return Error(ErrorCode::kUnsupported, "DPDK cannot be started twice in one process");
  Result<bool> use_huge_pages = DecideHugePages(options, FreeHugeMegabytes(ReadWhole("/proc/meminfo")), GetsAHugePage());
  if (!use_huge_pages) return use_huge_pages.error();
  if (std::FILE* log = OpenDriverLog()) rte_openlog_stream(log);
  g_was_started = true;
  if (Status status = Initialise(EalArguments(options, *use_huge_pages, AllowedProcessors())); !status) return status.error();
  std::shared_ptr<Eal> eal(new Eal(*use_huge_pages));
  running = eal;
  return eal;
}

Eal::~Eal() {
  const std::string folder = rte_eal_get_runtime_dir();
  rte_eal_cleanup();
  RemoveRuntimeFolder(folder);
}

}  // namespace sluice::port
