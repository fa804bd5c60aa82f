// WorkerStatistics: what one thread of the data plane counted besides its intake and pipeline.
//
// Worker: rw, control: ro. Every frame that was lost between a port and a pipeline, or between a pipeline and a port, is in
// one of these counters; the bytes of those that never met a pipeline have their fate here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/counter.h"
#include "dataplane/content/fate.h"
#include "dataplane/pipeline/latency.h"

namespace sluice::worker {

inline constexpr size_t kMaxPorts = 32;

enum class WorkerCounter : uint8_t {
  kReceivedFrames,
  kSegmentedFrames,      // larger than a packet buffer and not to be joined: dropped
  kForwardedFrames,      // went on, to the other port or, on a tap, to nowhere; with the next and kSegmentedFrames all that were received
  kDroppedFrames,        // went no further
  kRedirectedFrames,     // held back by a quarantine, and on their way out of the port for these
  kHandedOver,           // went to the worker that owns the flow
  kOverloadDropped,      // that worker's ring was full, and the policy says closed
  kOverloadForwarded,    // …, and the policy says open
  kTransmittedFrames,
  kTransmitFull,         // the port took no more
  kTransmitRingFull,     // the thread that owns the port's queue took no more
  kTransmitTooLong,      // larger than the other port's MTU allows
  kInjectedFrames,       // made by Sluice and handed to a port
  kInjectionNoBuffer,    // the packet pool was empty
  kInjectionNoPort,      // tap without a response port
  kPoliciesAdopted,
  kPoliciesRefused,
  kCount,
};
std::string_view Name(WorkerCounter counter);

struct PortTraffic {
  Counter rx_packets, rx_bytes, tx_packets, tx_bytes;
};

struct WorkerStatistics {
  CounterSet<WorkerCounter> counters;
  CounterSet<content::Fate> fates;  // bytes of kSegmentedFrames, kOverload*
  Counter segmented_bytes;          // received, but never seen by an intake
  Counter busy_cycles;              // of rounds that found something to do
  Counter heartbeats;               // one every 10 ms while the thread goes round
  std::array<PortTraffic, kMaxPorts> ports;
  // Of sampled frames that left by a port: from the poll that received them until the device had taken them.
  std::array<pipeline::LatencyHistogram, kMaxPorts> latency;
};

}  // namespace sluice::worker
