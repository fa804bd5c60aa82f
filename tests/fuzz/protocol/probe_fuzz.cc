// A probe decides at the latest when its prefix is full, and a longer prefix never takes back what was certain.
#include <cstdlib>

#include "dataplane/protocol/protocol_table.h"

using sluice::ByteView;
using sluice::protocol::Certainty;
using sluice::protocol::ProbeOutcome;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteView all = ByteView(data, size).First(sluice::protocol::kProbePrefix);
  ProbeOutcome before;
  before.certainty = Certainty::kUnsure;
  for (size_t n = 1; n <= all.size(); ++n) {
    const ProbeOutcome now = sluice::protocol::Probe(sluice::content::Direction::kUpload, all.First(n));
    if (before.certainty != Certainty::kUnsure && (now.certainty != before.certainty || now.id != before.id)) std::abort();
    if (n == sluice::protocol::kProbePrefix && now.certainty == Certainty::kUnsure) std::abort();
    before = now;
  }
  return 0;
}
