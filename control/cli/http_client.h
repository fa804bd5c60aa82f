// HttpClient: cpp-httplib's client over a connection of ours, which can say in one line why there is none. Included by this folder's
// clients alone.
#pragma once

#include <httplib.h>

#include <memory>

#include "base/result.h"
#include "control/cli/endpoint.h"

namespace sluice::cli {

// A policy of many rules takes a while to compile and try, out of the way of packets.
inline constexpr time_t kTimeoutSeconds = 600;

class HttpClient : public httplib::ClientImpl {
 public:
  using httplib::ClientImpl::ClientImpl;
  // Why there was no answer.
  virtual Error Unreachable(httplib::Error error) const = 0;
};

// Errors: files of the endpoint that cannot be used, an address that is none. Connects with the first request.
Result<std::unique_ptr<HttpClient>> MakeRemoteClient(const Endpoint& endpoint);

}  // namespace sluice::cli
