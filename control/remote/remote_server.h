// RemoteServer: the API over TLS for other machines: bytes to Request, Response to bytes, with a bound to everything.
//
// One thread holds every connection and never waits for one: handshakes, reading, writing and deadlines. A request is handed to a small
// pool when all of it is there, so that slow clients occupy memory within bounds and nobody's thread. Streams have threads of their own.
// Nothing here is shared with the Unix socket but the handler (docs/decisions/api-over-tls.md).
// Thread: Start and Stop by one. Failure: Start says which address cannot be had; what is too much is refused and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/access/gate.h"
#include "control/api/message.h"
#include "control/remote/listener.h"
#include "control/remote/tls_context.h"

namespace sluice::remote {

struct RemoteServerOptions {
  std::vector<config::ListenAddress> listen;
  size_t connections = 256;             // at a time
  size_t connections_per_address = 64;  // of them
  size_t threads = 4;                   // requests served at a time
  size_t max_waiting = 64;              // read, and not yet served
  size_t streams = 8;
  uint64_t max_body_bytes = 1 << 20;
  uint64_t max_policy_bytes = 64 << 20;  // of a body, by those who may send policies
  uint64_t bodies_bytes = 128 << 20;     // of all bodies at a time
  std::chrono::milliseconds handshake{5'000};
  std::chrono::milliseconds patience{10'000};  // for the head of a request, and again for its body and for its answer
  std::chrono::milliseconds idle{15'000};      // between two requests of a connection
  uint64_t bytes_per_second = 64 << 10;        // by which large bodies and answers may take longer
};

// Each as named in docs/metrics.md.
struct RemoteCounters {
  std::atomic<uint64_t> api_tls_connections{0};
  std::atomic<uint64_t> api_tls_connections_accepted{0};
  std::atomic<uint64_t> api_tls_connections_refused{0};
  std::atomic<uint64_t> api_tls_connections_displaced{0};
  std::atomic<uint64_t> api_tls_handshakes_failed{0};
  std::atomic<uint64_t> api_tls_deadlines_missed{0};
  std::atomic<uint64_t> api_tls_requests_malformed{0};
  std::atomic<uint64_t> api_tls_requests_busy{0};
};

class RemoteServer {
 public:
  // `handle` is called from several threads at a time. It, the gate and the counters outlive the server.
  static Result<std::unique_ptr<RemoteServer>> Start(const RemoteServerOptions& options, std::shared_ptr<const TlsContext> context, access::Gate& gate,
                                                     std::function<api::Response(const api::Request&)> handle, RemoteCounters& counters);
  // Ends every connection; streams end when the handler's next look at them does.
  ~RemoteServer();
  RemoteServer(const RemoteServer&) = delete;
  RemoteServer& operator=(const RemoteServer&) = delete;

  // From the next connection on. Where it trusts others than the one before, connections with a certificate end.
  void TakeContext(std::shared_ptr<const TlsContext> context);
  // In the order of `listen`.
  std::vector<uint16_t> ports() const;

 private:
  class Loop;
  explicit RemoteServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace sluice::remote
