#include "dataplane/event/record.h"

namespace sluice::event {

std::string_view Name(FlowEnd reason) {
  switch (reason) {
    case FlowEnd::kNone: return "";
    case FlowEnd::kClosed: return "closed";
    case FlowEnd::kReset: return "reset";
    case FlowEnd::kIdle: return "idle";
    case FlowEnd::kBlocked: return "blocked";
    case FlowEnd::kEvicted: return "evicted";
    case FlowEnd::kShutdown: return "shutdown";
  }
  return "unknown";
}

std::string_view Name(PayloadClass payload_class) {
  switch (payload_class) {
    case PayloadClass::kUnknown: return "unknown";
    case PayloadClass::kText: return "text";
    case PayloadClass::kBinary: return "binary";
    case PayloadClass::kCompressed: return "compressed";
    case PayloadClass::kEncrypted: return "encrypted";
  }
  return "unknown";
}

std::string_view Name(EvidenceState state) {
  switch (state) {
    case EvidenceState::kNotAsked: return "";
    case EvidenceState::kKept: return "kept";
    case EvidenceState::kNoVault: return "no_vault";
    case EvidenceState::kNoPlace: return "no_place";
    case EvidenceState::kNotHeld: return "not_held";
  }
  return "unknown";
}

std::string_view Name(RecordKind kind) {
  switch (kind) {
    case RecordKind::kFinding: return "finding";
    case RecordKind::kAnomaly: return "anomaly";
    case RecordKind::kObject: return "object";
    case RecordKind::kFlow: return "flow";
    case RecordKind::kDeparture: return "departure";
    case RecordKind::kCount: break;
  }
  return "unknown";
}

void AppendPathElement(ObjectRef& object, std::string_view element) noexcept {
  if (!object.path.empty()) object.path.Append("\n");
  for (;;) {
    const size_t line_break = element.find('\n');
    object.path.Append(element.substr(0, line_break));
    if (line_break == std::string_view::npos) return;
    object.path.Append("\xef\xbf\xbd");
    element.remove_prefix(line_break + 1);
  }
}

}  // namespace sluice::event
