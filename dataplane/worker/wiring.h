// Wiring: which thread reads and writes which queue of which port, and the rings between threads. Made once by control,
// constant while workers run; the rings in it are the only way from thread to thread for packets.
//
// Threads are numbered: workers first, then the distributor where some port has fewer queues than there are workers.
// Thread: read by all. Allocates: in Create only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "dataplane/packet/packet.h"
#include "dataplane/port/port.h"
#include "dataplane/worker/owner_rule.h"
#include "dataplane/worker/pointer_ring.h"
#include "dataplane/worker/worker_statistics.h"

namespace sluice::worker {

inline constexpr uint8_t kNoPort = 0xff;

// A port in its place: `peer` is the other side of an inline pair, kNoPort for a tap, response or quarantine port.
struct PlacedPort {
  port::Port* port = nullptr;
  uint8_t peer = kNoPort;
  bool receives = true;  // a response port that is no tap, and a quarantine port, only send
};

struct QueueRef {
  uint8_t port = 0;
  uint16_t queue = 0;
};

struct WiringOptions {
  uint16_t workers = 1;
  uint8_t response_port = kNoPort;   // where injections go that belong to a tap
  uint8_t quarantine_port = kNoPort; // where frames go that a quarantine holds back; none: nowhere
  uint32_t handover_ring = 4096;     // packets waiting for one worker
  uint32_t transmit_ring = 2048;     // frames waiting for the thread that owns a transmit queue
  uint32_t return_ring = 4096;       // datagrams on their way back to the intake that made them
};

class Wiring {
 public:
  // REQUIRES: ports are opened, at most kMaxPorts.
  static Result<Wiring> Create(std::vector<PlacedPort> ports, const WiringOptions& options);
  // How many threads that will make, before ports are opened: they need to know how many want to transmit.
  static uint16_t CountThreads(std::span<const uint16_t> rx_queues, uint16_t workers);

  uint16_t threads() const noexcept { return threads_; }
  uint16_t workers() const noexcept { return options_.workers; }
  bool is_worker(uint16_t thread) const noexcept { return thread < options_.workers; }
  std::span<const PlacedPort> ports() const noexcept { return ports_; }
  const OwnerRule& owner_rule() const noexcept { return owner_rule_; }
  uint8_t response_port() const noexcept { return options_.response_port; }
  uint8_t quarantine_port() const noexcept { return options_.quarantine_port; }

  // Whether control has found that a worker does not go round: what belongs to it is overload then, as if its ring were full.
  void SetStalled(uint16_t worker, bool stalls) noexcept { stalled_[worker].store(stalls, std::memory_order_relaxed); }
  bool Stalls(uint16_t worker) const noexcept { return stalled_[worker].load(std::memory_order_relaxed); }

  // Receive queues that `thread` polls.
  std::vector<QueueRef> ReceiveQueuesOf(uint16_t thread) const;
  // The thread that transmits on `port` for `thread`: itself where there are queues enough. Else the last threads have one each, so that a
  // distributor has the only one: a worker that stalls in what it inspects does not keep others' frames from leaving.
  uint16_t TransmitterFor(uint16_t thread, uint8_t port) const noexcept {
    const uint16_t queues = ports_[port].port->tx_queues();
    return queues >= threads_ ? thread : static_cast<uint16_t>(threads_ - 1 - (threads_ - 1 - thread) % queues);
  }
  // The transmit queue of a thread that is its own TransmitterFor.
  uint16_t TransmitQueueOf(uint16_t thread, uint8_t port) const noexcept {
    return ports_[port].port->tx_queues() >= threads_ ? thread : static_cast<uint16_t>(threads_ - 1 - thread);
  }

  // Packets for a worker that another thread received.
  PointerRing<packet::Packet>& Inbox(uint16_t worker) noexcept { return inboxes_[worker]; }
  // Frames for a port that `thread` transmits for others. REQUIRES: some thread has it as TransmitterFor.
  PointerRing<rte_mbuf>& TransmitRing(uint16_t thread, uint8_t port) noexcept { return transmit_[thread * ports_.size() + port]; }
  // Datagrams that go back to the intake of `thread`.
  PointerRing<packet::Packet>& Returns(uint16_t thread) noexcept { return returns_[thread]; }

 private:
  Wiring(std::vector<PlacedPort> ports, const WiringOptions& options);
  Status CreateRings();

  std::vector<PlacedPort> ports_;
  WiringOptions options_;
  OwnerRule owner_rule_;
  uint16_t threads_ = 1;
  std::unique_ptr<std::atomic<bool>[]> stalled_;  // by worker; control: rw, threads: ro
  std::vector<PointerRing<packet::Packet>> inboxes_;
  std::vector<PointerRing<rte_mbuf>> transmit_;
  std::vector<PointerRing<packet::Packet>> returns_;
};

}  // namespace sluice::worker
