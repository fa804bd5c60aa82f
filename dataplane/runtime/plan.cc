#include "dataplane/runtime/plan.h"

#include <sched.h>

#include <algorithm>
#include <string>

#include "dataplane/port/packet_pool.h"
#include "dataplane/port/port.h"
#include "dataplane/worker/wiring.h"

namespace sluice::runtime {
namespace {

constexpr uint32_t kBurstPackets = 256;     // of one thread and port, on their way in or out
constexpr uint32_t kCachePackets = 512;     // of one thread, in its cache
constexpr uint32_t kSparePackets = 1024;
constexpr uint32_t kMegabytesPerPort = 16;  // what drivers take for their queues
constexpr uint32_t kMegabytesForRings = 32;

void PlacePorts(const DataPlaneOptions& options, Plan& plan) {
  std::vector<int> number(options.ports.size(), -1);
  const auto place = [&](size_t port) {
    if (number[port] >= 0) return number[port];
    number[port] = static_cast<int>(plan.ports.size());
    const uint16_t queues = port::Port::QueuesFor(options.ports[port], options.workers.count);
    plan.ports.push_back({options.ports[port], -1, true, queues});
    return number[port];
  };
  for (const PairOptions& pair : options.pairs) {
    const int outside = place(pair.outside), inside = place(pair.inside);
    plan.ports[static_cast<size_t>(outside)].peer = inside;
    plan.ports[static_cast<size_t>(inside)].peer = outside;
  }
  for (const uint8_t tap : options.taps) place(tap);
  if (options.quarantine_port >= 0) {
    plan.quarantine_port = place(static_cast<size_t>(options.quarantine_port));
    plan.ports[static_cast<size_t>(plan.quarantine_port)].receives = false;
  }
  if (options.response_port < 0) return;
  plan.response_port = place(static_cast<size_t>(options.response_port));
  plan.ports[static_cast<size_t>(plan.response_port)].receives = false;
}

uint32_t CountPackets(const DataPlaneOptions& options, const Plan& plan) {
  const auto threads = static_cast<uint32_t>(plan.threads), ports = static_cast<uint32_t>(plan.ports.size());
  uint32_t packets = kSparePackets + options.workers.count * options.tables.held_packets + threads * options.tables.fragments +
                     threads * (kCachePackets + ports * kBurstPackets);
  for (const PlannedPort& port : plan.ports) packets += port.options.descriptors * (uint32_t{port.rx_queues} + threads);
  const worker::WiringOptions rings;
  if (threads > 1) packets += threads * (rings.handover_ring + ports * rings.transmit_ring);
  return packets;
}

}  // namespace

Result<Plan> MakePlan(const DataPlaneOptions& options) {
  Plan plan;
  PlacePorts(options, plan);
  std::vector<uint16_t> rx_queues;
  for (const PlannedPort& port : plan.ports) {
    if (port.receives) rx_queues.push_back(port.rx_queues);
    plan.max_frame_bytes = std::max(plan.max_frame_bytes, port::MaxFrameBytes(port.options.mtu));
  }
  plan.threads = worker::Wiring::CountThreads(rx_queues, options.workers.count);
  plan.packets = CountPackets(options, plan);
  const uint32_t needed = port::PacketPool::Megabytes({plan.packets, plan.max_frame_bytes}) + kMegabytesForRings +
                          kMegabytesPerPort * static_cast<uint32_t>(plan.ports.size());
  plan.megabytes = options.memory.megabytes == 0 ? needed : options.memory.megabytes;
  if (plan.megabytes >= needed) return plan;
  return Error(ErrorCode::kInvalidArgument, "`memory: megabytes: " + std::to_string(plan.megabytes) + "` is less than the " +
                                                std::to_string(needed) + " that " + std::to_string(plan.packets) +
                                                " packet buffers need; leave it out, or lower `tables: held_packets`");
}

Result<std::vector<int>> ChooseProcessors(const std::vector<int>& asked, const std::vector<int>& allowed, uint16_t threads) {
  std::vector<int> chosen;
  if (asked.empty()) {
    for (uint16_t thread = 0; thread < threads && !allowed.empty(); ++thread) chosen.push_back(allowed[(thread + 1u) % allowed.size()]);
    return chosen;
  }
  if (asked.size() < threads) {
    return Error(ErrorCode::kInvalidArgument, "`workers: processors` names " + std::to_string(asked.size()) + ", but " +
                                                  std::to_string(threads) +
                                                  " are needed: a port with fewer queues than workers needs a distributor of its own");
  }
  for (uint16_t thread = 0; thread < threads; ++thread) {
    if (std::find(allowed.begin(), allowed.end(), asked[thread]) == allowed.end()) {
      return Error(ErrorCode::kInvalidArgument, "`workers: processors` names processor " + std::to_string(asked[thread]) +
                                                    ", which this machine does not have or this process may not use");
    }
    chosen.push_back(asked[thread]);
  }
  return chosen;
}

std::vector<int> AllowedProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> allowed;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return allowed;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) allowed.push_back(cpu);
  }
  return allowed;
}

}  // namespace sluice::runtime
