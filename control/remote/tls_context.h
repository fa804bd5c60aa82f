// TlsContext: what a connection over TLS begins with: our certificate, whom we trust, and nothing older than TLS 1.2.
//
// No session is resumed, so that each connection shows its certificate anew, and none renegotiates (RFC 9325, 3).
// Thread: made by one, then constant. Allocates: yes. Failure: Make says every mistake of the files in one error.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "control/access/client_list.h"
#include "control/remote/tls_files.h"

namespace sluice::remote {

class TlsContext {
 public:
  // `expired_too`: an expired certificate is no obstacle; whoever connects refuses it by himself.
  static Result<std::shared_ptr<const TlsContext>> Make(const TlsFiles& files, Timestamp now, bool expired_too);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* get() const { return context_; }
  // When our certificate expires.
  Timestamp expires() const { return expires_; }
  // Of authorities and revocations: where it differs, whoever was let in before may not be trusted any more.
  const std::string& trust_digest() const { return trust_digest_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  Status Load(const TlsFiles& files);

  SSL_CTX* context_;
  Timestamp expires_;
  std::string trust_digest_;
};

// What a client's certificate says, after a handshake that verified it.
struct ClientCertificate {
  access::CertificateNames names;
  Timestamp expires;
};
// Nothing where none was shown. REQUIRES: the handshake is done.
std::unique_ptr<ClientCertificate> ShownCertificate(const SSL& tls);

}  // namespace sluice::remote
