#include "dataplane/worker/worker_statistics.h"

namespace sluice::worker {

std::string_view Name(WorkerCounter counter) {
  switch (counter) {
    case WorkerCounter::kReceivedFrames: return "received_frames";
    case WorkerCounter::kSegmentedFrames: return "segmented_frames";
    case WorkerCounter::kForwardedFrames: return "forwarded_frames";
    case WorkerCounter::kDroppedFrames: return "dropped_frames";
    case WorkerCounter::kRedirectedFrames: return "redirected_frames";
    case WorkerCounter::kHandedOver: return "handed_over";
    case WorkerCounter::kOverloadDropped: return "overload_dropped";
    case WorkerCounter::kOverloadForwarded: return "overload_forwarded";
    case WorkerCounter::kTransmittedFrames: return "transmitted_frames";
    case WorkerCounter::kTransmitFull: return "transmit_full";
    case WorkerCounter::kTransmitRingFull: return "transmit_ring_full";
    case WorkerCounter::kTransmitTooLong: return "transmit_too_long";
    case WorkerCounter::kInjectedFrames: return "injected_frames";
    case WorkerCounter::kInjectionNoBuffer: return "injection_no_buffer";
    case WorkerCounter::kInjectionNoPort: return "injection_no_port";
    case WorkerCounter::kPoliciesAdopted: return "policies_adopted";
    case WorkerCounter::kPoliciesRefused: return "policies_refused";
    case WorkerCounter::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::worker
