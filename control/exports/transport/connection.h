// Connection: a TCP connection, with TLS or without, that sends and can say that the other side has what was sent.
//
// Thread: one owner. Allocates: yes. Failure: Result; after an error the connection is of no further use.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::exports {

struct TlsFiles {
  std::string authority;           // certificates that the receiver's must descend from; empty: those of the system
  std::string certificate, key;    // of ours; empty: none is shown
};

// "host:port" or "[address]:port".
struct HostPort {
  std::string host, port;
};
Result<HostPort> ParseHostPort(const std::string& address);

class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> Make(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  SSL_CTX* get() const { return context_; }

 private:
  TlsContext() = default;
  SSL_CTX* context_ = nullptr;
};

class Connection {
 public:
  // `tls` null: in clear. With it, the receiver's certificate must be valid and name the host.
  static Result<std::unique_ptr<Connection>> Open(const HostPort& to, const TlsContext* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status Send(std::string_view bytes);
  // Until the other side's system has acknowledged all bytes, and then for `settle`: whether it still listens.
  Status Settle(std::chrono::milliseconds settle);

 private:
  explicit Connection(int socket) : socket_(socket) {}
  Status Handshake(const std::string& host, const TlsContext& tls);
  // An error where the other side has closed or reset.
  Status StillOpen();

  int socket_;
  SSL* tls_ = nullptr;
};

}  // namespace sluice::exports
