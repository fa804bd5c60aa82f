// LocalServer: the API over a Unix socket: bytes to Request, Response to bytes. cpp-httplib reads and writes HTTP/1.1; the socket, who is
// at its other end, how many there may be and how long one may take are here.
//
// Thread: Start and Stop by one; each connection is served by one of a fixed number of threads. Allocates: yes, bounded by connection.
// Failure: Start says why the socket cannot be had; a connection too many is answered 503 and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/api/message.h"

namespace sluice::api {

struct LocalServerOptions {
  std::string path;
  std::vector<User> users;           // none: the socket is for root alone
  size_t threads = 16;               // connections served at a time
  size_t max_waiting = 64;           // accepted, and not yet served
  size_t max_body_bytes = 1 << 20;
  size_t max_policy_bytes = 64 << 20;  // of a body, by those who may send policies
  std::chrono::milliseconds patience{10'000};  // for a whole request to come, and again for its answer to be taken
  std::chrono::milliseconds idle{5'000};       // between two requests of a connection
  // Connections that were too many; counted here where somebody wants to know.
  std::shared_ptr<std::atomic<uint64_t>> refused = std::make_shared<std::atomic<uint64_t>>(0);
};

class LocalServer {
 public:
  // `handle` is called from many threads at a time, and outlives the server.
  static Result<std::unique_ptr<LocalServer>> Start(const LocalServerOptions& options, std::function<Response(const Request&)> handle);
  // Ends every connection; streams end when `handle`'s next look at them does. Removes the socket.
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

 private:
  struct Impl;
  explicit LocalServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::api
