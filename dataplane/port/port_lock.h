// PortLock: one appliance at a time on an interface or card; two would forward each other's frames.
//
// An abstract socket address (unix(7)) of this network namespace: it goes with the process, however that ends.
// Thread: control. Failure: kPermissionDenied "taken".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::port {

class PortLock {
 public:
  static Result<PortLock> Acquire(std::string_view device);
  PortLock(PortLock&& other) noexcept;
  PortLock& operator=(PortLock&& other) noexcept;
  ~PortLock();

 private:
  explicit PortLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace sluice::port
