// RemoteDoor: the API over TLS as the daemon has it: opened, closed, with certificates and clients renewed while it runs, and what is to
// be said of it.
//
// Thread: Make, Open, Close and Renew by main; what OuterDoor promises by any. Allocates: yes. Failure: Make and Open say what is wrong;
// Renew leaves everything as it was, and that is an alarm until one succeeds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/access/gate.h"
#include "control/api/outer_door.h"
#include "control/config/configuration.h"
#include "control/remote/remote_server.h"
#include "control/remote/tls_files.h"

namespace sluice::remote {

TlsFiles TlsFilesOf(const config::ApiOptions& options);

class RemoteDoor final : public api::OuterDoor {
 public:
  // Nothing is opened yet. An expired certificate is an alarm and no error: a start may not fail for the mere passing of time.
  // REQUIRES: the store outlives this.
  static Result<std::unique_ptr<RemoteDoor>> Make(const config::ApiOptions& options, access::TokenStore& tokens);

  Status Open(std::function<api::Response(const api::Request&)> handle);
  void Close() { server_.reset(); }
  // Certificate, key, authorities and revocations, read anew from where they were; and the clients of `options`. Addresses and limits
  // stay.
  Status Renew(const config::ApiOptions& options);

  std::vector<metrics::Count> Counts() const override;
  std::vector<std::string> Alarms() const override;
  // REQUIRES: it is open.
  std::vector<uint16_t> ports() const { return server_->ports(); }

 private:
  RemoteDoor(const config::ApiOptions& options, access::TokenStore& tokens, std::shared_ptr<const TlsContext> context);

  RemoteServerOptions server_options_;
  access::Gate gate_;
  mutable RemoteCounters counters_;
  std::atomic<uint64_t> reloads_failed_{0};
  mutable std::mutex mutex_;  // guards the three below
  std::string certificate_path_;
  std::shared_ptr<const TlsContext> context_;
  std::string fault_;  // of the last renewal
  std::unique_ptr<RemoteServer> server_;
};

}  // namespace sluice::remote
