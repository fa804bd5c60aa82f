// RecordObserver: who else wants to see findings and anomalies as they are written: control's incident store, its quarantines, its exports.
//
// Thread: called on the one cold thread that writes records, never on a worker. It must not wait for a disk: while it runs, the
// record rings fill. Failure: an observer counts what it could not take.
#pragma once

#include <string_view>

#include "dataplane/event/record.h"

namespace sluice::event {

class RecordObserver {
 public:
  virtual ~RecordObserver() = default;
  // A finding or an anomaly; `json` is the record as one line, with its line break; neither outlives the call.
  virtual void Observe(const Record& record, std::string_view json) noexcept = 0;
  // A report of a flow, where those are written.
  virtual void ObserveFlow(const Record&) noexcept {}
};

}  // namespace sluice::event
