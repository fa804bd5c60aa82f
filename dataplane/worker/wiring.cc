#include "dataplane/worker/wiring.h"

#include <algorithm>

namespace sluice::worker {

uint16_t Wiring::CountThreads(std::span<const uint16_t> rx_queues, uint16_t workers) {
  const bool distributes = workers > 1 && std::any_of(rx_queues.begin(), rx_queues.end(), [workers](uint16_t n) { return n < workers; });
  return static_cast<uint16_t>(workers + (distributes ? 1 : 0));
}

Wiring::Wiring(std::vector<PlacedPort> ports, const WiringOptions& options) : ports_(std::move(ports)), options_(options), stalled_(std::make_unique<std::atomic<bool>[]>(options.workers)) {
  std::vector<uint16_t> rx_queues;
  bool all_spread = true;
  for (const PlacedPort& placed : ports_) {
    if (!placed.receives) continue;
    rx_queues.push_back(placed.port->rx_queues());
    all_spread = all_spread && placed.port->spreads_by_rss() && placed.port->rx_queues() == options_.workers;
  }
  threads_ = CountThreads(rx_queues, options_.workers);
  owner_rule_ = {options_.workers, all_spread};
}

Result<Wiring> Wiring::Create(std::vector<PlacedPort> ports, const WiringOptions& options) {
  Wiring wiring(std::move(ports), options);
  if (Status status = wiring.CreateRings(); !status) return status.error();
  return wiring;
}

Status Wiring::CreateRings() {
  const auto add = [](auto& rings, uint32_t capacity) -> Status {
    auto ring = std::decay_t<decltype(rings[0])>::Create(capacity);
    if (!ring) return ring.error();
    rings.push_back(std::move(*ring));
    return {};
  };
  for (uint16_t thread = 0; thread < threads_; ++thread) {
    if (Status status = add(inboxes_, options_.handover_ring); !status) return status;
    if (Status status = add(returns_, options_.return_ring); !status) return status;
    for (size_t port = 0; port < ports_.size(); ++port) {
      if (Status status = add(transmit_, options_.transmit_ring); !status) return status;
    }
  }
  return {};
}

std::vector<QueueRef> Wiring::ReceiveQueuesOf(uint16_t thread) const {
  std::vector<QueueRef> queues;
  for (uint8_t i = 0; i < ports_.size(); ++i) {
    const uint16_t count = ports_[i].receives ? ports_[i].port->rx_queues() : uint16_t{0};
    const bool each_worker_reads = count >= options_.workers;
    for (uint16_t queue = 0; queue < count; ++queue) {
      const uint16_t reader = each_worker_reads ? static_cast<uint16_t>(queue % options_.workers) : options_.workers;
      if (reader == thread) queues.push_back({i, queue});
    }
  }
  return queues;
}

}  // namespace sluice::worker
