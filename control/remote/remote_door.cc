#include "control/remote/remote_door.h"

#include <algorithm>

namespace sluice::remote {
namespace {

access::Demand DemandOf(const config::ApiOptions& options) {
  // The configuration's words are the demands' names; a test holds them together.
  return access::DemandFromName(options.authentication).value_or(access::Demand::kBoth);
}

access::ClientList ClientsOf(const config::ApiOptions& options) {
  std::vector<access::ListedClient> clients;
  for (const config::ApiClient& client : options.clients) {
    clients.push_back({client.certificate, client.user, access::RoleFromName(client.role).value_or(access::Role::kViewer)});
  }
  return access::ClientList(std::move(clients));
}

}  // namespace

TlsFiles TlsFilesOf(const config::ApiOptions& options) {
  const access::Demand demand = DemandOf(options);
  return {options.certificate, options.key, options.client_ca, options.client_crl, demand == access::Demand::kCertificate || demand == access::Demand::kBoth};
}

Result<std::unique_ptr<RemoteDoor>> RemoteDoor::Make(const config::ApiOptions& options, access::TokenStore& tokens) {
  Result<std::shared_ptr<const TlsContext>> context = TlsContext::Make(TlsFilesOf(options), SystemNow(), true);
  if (!context) return context.error().WithContext("api");
  return std::unique_ptr<RemoteDoor>(new RemoteDoor(options, tokens, std::move(*context)));
}

RemoteDoor::RemoteDoor(const config::ApiOptions& options, access::TokenStore& tokens, std::shared_ptr<const TlsContext> context)
    : gate_(DemandOf(options), tokens), certificate_path_(options.certificate), context_(std::move(context)) {
  gate_.TakeClients(ClientsOf(options));
  server_options_.listen = options.listen;
  server_options_.connections = options.connections;
  server_options_.connections_per_address = options.connections_per_address;
}

Status RemoteDoor::Open(std::function<api::Response(const api::Request&)> handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Result<std::unique_ptr<RemoteServer>> server = RemoteServer::Start(server_options_, context_, gate_, std::move(handle), counters_);
  if (!server) return server.error();
  server_ = std::move(*server);
  return {};
}

Status RemoteDoor::Renew(const config::ApiOptions& options) {
  Result<std::shared_ptr<const TlsContext>> context = TlsContext::Make(TlsFilesOf(options), SystemNow(), false);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!context) {
    reloads_failed_.fetch_add(1);
    fault_ = "the files of the API over TLS were not taken over, those before stay in use: " + context.error().message();
    return Error(context.error().code(), fault_);
  }
  fault_.clear();
  certificate_path_ = options.certificate;
  context_ = std::move(*context);
  gate_.TakeClients(ClientsOf(options));
  if (server_) server_->TakeContext(context_);
  return {};
}

std::vector<metrics::Count> RemoteDoor::Counts() const {
  Timestamp expires;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    expires = context_->expires();
  }
  return {{"api_tls_connections", counters_.api_tls_connections.load()},
          {"api_tls_connections_accepted", counters_.api_tls_connections_accepted.load()},
          {"api_tls_connections_refused", counters_.api_tls_connections_refused.load()},
          {"api_tls_connections_displaced", counters_.api_tls_connections_displaced.load()},
          {"api_tls_handshakes_failed", counters_.api_tls_handshakes_failed.load()},
          {"api_tls_deadlines_missed", counters_.api_tls_deadlines_missed.load()},
          {"api_tls_requests_malformed", counters_.api_tls_requests_malformed.load()},
          {"api_tls_requests_busy", counters_.api_tls_requests_busy.load()},
          {"api_tls_callers_refused", gate_.refused()},
          {"api_tls_certificate_expiry", static_cast<uint64_t>(std::max<int64_t>(0, expires.nanoseconds() / 1'000'000'000))},
          {"api_tls_reloads_failed", reloads_failed_.load()}};
}

std::vector<std::string> RemoteDoor::Alarms() const {
  std::vector<std::string> alarms;
  const Timestamp now = SystemNow();
  const std::lock_guard<std::mutex> lock(mutex_);
  const Timestamp ends = context_->expires();
  if (ends <= now) {
    alarms.push_back("the certificate of the API over TLS expired on " + DayAndTime(ends) + ", and clients refuse it: renew " + certificate_path_ + " and reload");
  } else if (ends - now < kExpiresSoon) {
    alarms.push_back("the certificate of the API over TLS expires on " + DayAndTime(ends) + ": renew " + certificate_path_ + " and reload");
  }
  if (!fault_.empty()) alarms.push_back(fault_);
  return alarms;
}

}  // namespace sluice::remote
