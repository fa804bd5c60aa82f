#include "dataplane/verdict/verdict.h"

namespace sluice::verdict {

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow: return "allow";
    case Verdict::kAlert: return "alert";
    case Verdict::kBlock: return "block";
    case Verdict::kQuarantine: return "quarantine";
  }
  return "unknown";
}

std::string_view Name(ActionTaken action) {
  switch (action) {
    case ActionTaken::kForwarded: return "forwarded";
    case ActionTaken::kDropped: return "dropped";
    case ActionTaken::kReset: return "reset";
    case ActionTaken::kBlockPage: return "block_page";
  }
  return "unknown";
}

}  // namespace sluice::verdict
