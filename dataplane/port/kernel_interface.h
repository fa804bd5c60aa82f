// KernelInterface: what the kernel knows of an interface that a port stands on, and the few changes Sluice makes to it.
//
// BringUp is undone by the destructor, so that an interface is left as it was found. Thread: control. Allocates: yes.
// Failure: says which interface, what was expected and how to get there.
#pragma once

#include <string>

#include "base/result.h"

namespace sluice::port {

class KernelInterface {
 public:
  // Errors: kNotFound when this network namespace has no such interface; kPermissionDenied when packet sockets are refused.
  static Result<KernelInterface> Find(const std::string& name);
  KernelInterface(KernelInterface&& other) noexcept;
  KernelInterface& operator=(KernelInterface&&) = delete;
  ~KernelInterface();

  Status BringUp();
  bool HasCarrier() const;
  // 0 when the kernel does not say.
  uint32_t Mtu() const;

 private:
  explicit KernelInterface(std::string name) : name_(std::move(name)) {}
  std::string name_;
  bool was_down_ = false;
};

}  // namespace sluice::port
