// RemoteConnection: one connection over TLS: its socket, what it has sent so far and what is still to go out. Never waits.
//
// Thread: that of the server's loop. Allocates: what the reader's bounds and an answer take. Failure: kClosed; nothing more can be done
// with it then.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "control/remote/openssl_types.h"
#include "control/remote/request_reader.h"
#include "control/remote/tls_context.h"

namespace sluice::remote {

class RemoteConnection {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kRequests = 100;  // one after another

  // In the order in which a connection goes through them; kHead to kAnswer again and again.
  enum class Phase : uint8_t {
    kHandshake,
    kHead,       // nothing of a request has come, or a part of its head
    kBody,
    kWork,       // a thread of the pool has the request
    kStream,     // a thread makes an answer without end
    kAnswer,     // an answer goes out
    kLinger,     // the last answer has gone out; what still comes is thrown away, so that it is not lost on its way (RFC 9112, 9.6)
  };
  enum class Outcome : uint8_t { kDone, kAgain, kClosed };

  // Owns `socket`, which does not block. Null where TLS cannot begin.
  static std::unique_ptr<RemoteConnection> Begin(int socket, std::shared_ptr<const TlsContext> context, std::string peer);
  ~RemoteConnection();
  RemoteConnection(const RemoteConnection&) = delete;
  RemoteConnection& operator=(const RemoteConnection&) = delete;

  Outcome Handshake();
  // Into `input`, as much as there is and has room.
  Outcome Read();
  // Out of `output`: kDone when all of it is gone.
  Outcome Write();
  // The last bytes have gone out: says so to the other side.
  void SayGoodbye();
  // Throws away what came. kClosed: the other side has closed as well.
  Outcome Discard();
  // After kAgain: it is because the socket takes nothing, not because it has nothing.
  bool wants_to_write() const { return wants_to_write_; }

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }
  const std::shared_ptr<const TlsContext>& context() const { return context_; }
  // Shared with the stream that the connection may have.
  const std::shared_ptr<const ClientCertificate>& certificate() const { return certificate_; }

  Phase phase = Phase::kHandshake;
  Clock::time_point begun = Clock::now();  // the connection, or the request that it is at
  Clock::time_point deadline = Clock::time_point::max();
  bool admitted = false;   // somebody has shown who he is
  bool keep_alive = true;  // after the answer that goes out
  int requests_left = kRequests;
  RequestReader reader;
  std::string input, output;
  uint32_t interest = 0;   // of epoll

 private:
  RemoteConnection(int socket, SSL* tls, std::shared_ptr<const TlsContext> context, std::string peer)
      : socket_(socket), tls_(tls), context_(std::move(context)), peer_(std::move(peer)) {}
  Outcome OutcomeOf(int result);

  const int socket_;
  const SslPtr tls_;
  const std::shared_ptr<const TlsContext> context_;
  const std::string peer_;
  std::shared_ptr<const ClientCertificate> certificate_;
  size_t written_ = 0;  // of output
  bool wants_to_write_ = false;
};

}  // namespace sluice::remote
