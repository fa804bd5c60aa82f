// DepartureSink: who keeps account of the pieces of registered documents that have left, and says when it has been too many.
//
// Implemented by the ledger (control/ledger). Thread: the one that writes records. Allocates: yes (cold).
#pragma once

#include <vector>

#include "base/result.h"
#include "dataplane/event/record.h"

namespace sluice::event {

class DepartureSink {
 public:
  virtual ~DepartureSink() = default;
  // REQUIRES: a record of kind kDeparture, in order of what is to be told. Appends findings: rules that hold from this piece on.
  virtual void Take(const Record& departure, std::vector<Record>& findings) = 0;
  // Time goes on though nothing leaves; what was taken reaches the disk.
  virtual Status Settle() = 0;
};

}  // namespace sluice::event
