// RecordSink: where a pipeline puts its records. A bounded ring to the cold thread when live, a growing list in replay.
//
// Thread: one writer. Live: never waits, never allocates; full is counted by kind and the record is lost, visibly.
#pragma once

#include "dataplane/event/record.h"

namespace sluice::event {

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // A record to fill in place, reset to its defaults with body constructed for `kind`; nullptr when there is no room
  // (the sink has counted it). Followed by Publish before the next Claim.
  virtual Record* Claim(RecordKind kind) noexcept = 0;
  virtual void Publish() noexcept = 0;
};

}  // namespace sluice::event
