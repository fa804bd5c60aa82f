#include "dataplane/content/fate.h"

namespace sluice::content {

std::string_view Name(Fate fate) {
  switch (fate) {
    case Fate::kInspected: return "inspected";
    case Fate::kDecoded: return "decoded";
    case Fate::kEncrypted: return "encrypted";
    case Fate::kUnopenedContainer: return "unopened_container";
    case Fate::kExemptByPolicy: return "exempt_by_policy";
    case Fate::kFlowTableFull: return "flow_table_full";
    case Fate::kReassemblyLimit: return "reassembly_limit";
    case Fate::kReassemblyGap: return "reassembly_gap";
    case Fate::kUnverifiedRepeat: return "unverified_repeat";
    case Fate::kConflictingOverlap: return "conflicting_overlap";
    case Fate::kInvalidSegment: return "invalid_segment";
    case Fate::kMalformedPacket: return "malformed_packet";
    case Fate::kFragmentLimit: return "fragment_limit";
    case Fate::kNotIp: return "not_ip";
    case Fate::kOtherTransport: return "other_transport";
    case Fate::kLinkPadding: return "link_padding";
    case Fate::kScannerFailed: return "scanner_failed";
    case Fate::kObjectTableFull: return "object_table_full";
    case Fate::kOverload: return "overload";
    case Fate::kBlockedFlow: return "blocked_flow";
    case Fate::kQuarantined: return "quarantined";
    case Fate::kHeldForDocument: return "held_for_document";
    case Fate::kShutdown: return "shutdown";
    case Fate::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::content
