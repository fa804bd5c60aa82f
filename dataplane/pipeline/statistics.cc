#include "dataplane/pipeline/statistics.h"

namespace sluice::pipeline {

std::string_view Name(PipelineCounter counter) {
  switch (counter) {
    case PipelineCounter::kPackets: return "pipeline_packets";
    case PipelineCounter::kBytes: return "pipeline_bytes";
    case PipelineCounter::kForwardedPackets: return "forwarded_packets";
    case PipelineCounter::kDroppedPackets: return "dropped_packets";
    case PipelineCounter::kInjectedFrames: return "injected_frames";
    case PipelineCounter::kInjectionFull: return "injection_failed";
    case PipelineCounter::kFlowsCreated: return "flows_created";
    case PipelineCounter::kFlowsEnded: return "flows_ended";
    case PipelineCounter::kBadTcpChecksum: return "bad_tcp_checksum_packets";
    case PipelineCounter::kFlowTableFull: return "flow_table_full_packets";
    case PipelineCounter::kFlowsBlocked: return "flows_blocked";
    case PipelineCounter::kQuarantinedPackets: return "quarantined_packets";
    case PipelineCounter::kFindings: return "findings";
    case PipelineCounter::kAnomalies: return "anomalies";
    case PipelineCounter::kAnomaliesFolded: return "anomalies_folded";
    case PipelineCounter::kObjects: return "objects";
    case PipelineCounter::kViews: return "views";
    case PipelineCounter::kDocumentsDeferred: return "documents_deferred";
    case PipelineCounter::kFlowsHeld: return "flows_held";
    case PipelineCounter::kHeldPackets: return "held_packets_dropped";
    case PipelineCounter::kHoldsExpired: return "holds_expired";
    case PipelineCounter::kHoldsFull: return "holds_full";
    case PipelineCounter::kDecoderChainsFull: return "decoder_chains_full";
    case PipelineCounter::kObjectTableFull: return "object_table_full";
    case PipelineCounter::kSessionTableFull: return "session_table_full";
    case PipelineCounter::kExpectationsAnnounced: return "expectations_announced";
    case PipelineCounter::kExpectationsMet: return "expectations_met";
    case PipelineCounter::kExpectationsUnmet: return "expectations_unmet";
    case PipelineCounter::kExpectationTableFull: return "expectation_table_full";
    case PipelineCounter::kNameTableFull: return "name_table_full";
    case PipelineCounter::kTallyTableFull: return "tally_table_full";
    case PipelineCounter::kPolicyMovedFlows: return "policy_moved_flows";
    case PipelineCounter::kGapTimersFull: return "gap_timers_full";
    case PipelineCounter::kScanFailures: return "scan_failures";
    case PipelineCounter::kHitsOverLimit: return "hits_over_limit";
    case PipelineCounter::kFindingsOverLimit: return "findings_over_limit";
    case PipelineCounter::kRecordRingFull: return "record_ring_full";
    case PipelineCounter::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::pipeline
