// ListenAddress: where to wait for connections over TCP, as "192.0.2.7:8443" or "[::]:8443".
//
// Addresses only: a name may come to mean another one. Thread: pure. Allocates: yes. Failure: an error that says the form.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace sluice::config {

struct ListenAddress {
  std::string host;   // an address, without brackets
  uint16_t port = 0;  // 0: whichever is free
};
Result<ListenAddress> ParseListenAddress(const std::string& text);

}  // namespace sluice::config
