// OuterDoor: what the API can say of the way in for other machines (control/remote).
//
// Thread: any. Allocates: yes.
#pragma once

#include <string>
#include <vector>

#include "control/metrics/exposition.h"

namespace sluice::api {

class OuterDoor {
 public:
  virtual ~OuterDoor() = default;
  // By their documented names.
  virtual std::vector<metrics::Count> Counts() const = 0;
  // What is wrong with it, or soon will be, a sentence each.
  virtual std::vector<std::string> Alarms() const = 0;
};

}  // namespace sluice::api
