// Transmitter: one thread's way out: carries out what a pipeline decided, in its order, in bursts.
//
// Frames for a queue that another thread owns go to that thread by ring. What neither queue nor ring takes is dropped at once
// and counted: a worker never waits. Thread: one. Allocates: in the constructor only.
#pragma once

#include <array>
#include <vector>

#include "dataplane/pipeline/output.h"
#include "dataplane/worker/wiring.h"
#include "dataplane/worker/worker_clock.h"
#include "dataplane/worker/worker_statistics.h"

namespace sluice::worker {

class Transmitter {
 public:
  // One frame in so many, by its place in the order of its receiver, is looked at for how long it was within Sluice; at most one a burst.
  static constexpr uint64_t kLatencySample = 64;

  Transmitter(Wiring& wiring, uint16_t thread, rte_mempool* pool, WorkerStatistics& statistics, WorkerClock& clock);

  // Empties `out`. Frames may wait for Flush.
  void CarryOut(pipeline::Output& out) noexcept;
  void Forward(packet::Packet& packet, bool retained) noexcept;
  void Drop(packet::Packet& packet) noexcept;
  void SetAside(packet::Packet& packet) noexcept;
  void Flush() noexcept;
  // Transmits what other threads left for this one. Returns how many frames there were.
  size_t SendForOthers() noexcept;

 private:
  static constexpr size_t kBurst = 64;
  struct Lane {
    std::array<rte_mbuf*, kBurst> frames;
    size_t count = 0;
    uint16_t transmitter = 0;   // the thread that does it
    uint16_t queue = 0;         // of the device, where that is this thread
    uint32_t max_bytes = 0;
  };

  void Append(uint8_t port, rte_mbuf* frame) noexcept;
  void Inject(const pipeline::Output& out, const pipeline::Injection& injection) noexcept;
  void FlushLane(uint8_t port) noexcept;
  void Send(uint8_t port, std::span<rte_mbuf*> frames) noexcept;

  Wiring& wiring_;
  const uint16_t thread_;
  rte_mempool* const pool_;
  WorkerStatistics& statistics_;
  WorkerClock& clock_;
  std::vector<Lane> lanes_;               // by port
  std::vector<uint8_t> sends_for_others_;  // ports
};

}  // namespace sluice::worker
