// Gate: who asks over TLS, from what was shown: a certificate, a token, or both, as the configuration demands.
//
// Asked anew for each request, and by each stream once a second: a revoked token, a certificate that the list names no more and an
// expired one end there and then. Thread: any. Allocates: yes. Failure: a sentence for whoever asked, without anything of the token.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "control/access/client_list.h"
#include "control/access/token_store.h"

namespace sluice::access {

enum class Demand : uint8_t {
  kCertificate,  // a certificate says who asks; tokens are not taken
  kToken,        // a token does; certificates are not asked for
  kEither,       // a token where one is shown, and else a certificate
  kBoth,         // no connection without a certificate, and a token says who asks
  kCount,
};
std::string_view Name(Demand demand);  // "certificate", "token", "either", "both"
std::optional<Demand> DemandFromName(std::string_view name);

// What somebody showed.
struct Credentials {
  const CertificateNames* certificate = nullptr;  // nullptr: none
  Timestamp certificate_expires;                  // where there is one
  std::optional<std::string_view> authorization;  // the field's value (RFC 9110, 11.6.2)
};

struct Identity {
  std::string user;
  std::optional<Role> role;  // nothing: an authority knows him, and the configuration does not
  std::string by;            // "token backup", "certificate cn:li"
};

// The token of "Bearer TOKEN" (RFC 6750, 2.1); nothing where the value is of another form.
std::optional<std::string_view> BearerOf(std::string_view authorization);

class Gate {
 public:
  // REQUIRES: the store outlives this.
  Gate(Demand demand, TokenStore& tokens) : demand_(demand), tokens_(tokens) {}

  struct Answer {
    std::optional<Identity> identity;
    std::string refusal;  // where there is no identity
  };
  Answer Ask(const Credentials& credentials, Timestamp now);

  // Writes down what was used when. Waits for the disk.
  void Settle(Timestamp now) { tokens_.Settle(now); }
  // From the next question on.
  void TakeClients(ClientList clients);

  Demand demand() const { return demand_; }
  uint64_t refused() const { return refused_.load(); }

 private:
  Answer Decide(const Credentials& credentials, Timestamp now);
  Answer ByToken(std::string_view authorization, Timestamp now);
  Answer ByCertificate(const CertificateNames& names) const;

  const Demand demand_;
  TokenStore& tokens_;
  std::atomic<uint64_t> refused_{0};
  mutable std::mutex mutex_;  // guards clients_
  std::shared_ptr<const ClientList> clients_ = std::make_shared<const ClientList>();
};

}  // namespace sluice::access
