// TlsFiles: the certificate, key and authorities of the API over TLS as they lie on the disk, and everything that is wrong with them.
//
// Thread: pure. Allocates: yes. Failure: Check lists every mistake; what merely is about to expire is not one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace sluice::remote {

// Paths of PEM files (RFC 7468).
struct TlsFiles {
  std::string certificate;   // with the intermediate ones behind it
  std::string key;           // without a pass phrase
  std::string client_ca;     // authorities of client certificates; empty: none is asked for
  std::string client_crl;    // certificates that these have revoked; empty: none
  bool needs_client = false; // no connection without a client certificate
};

// When it expires a certificate is worth a warning so long before.
inline constexpr std::chrono::hours kExpiresSoon{14 * 24};

struct TlsFault {
  std::string sentence;  // "certificate: /etc/…/api.pem: …"
  bool expired = false;  // the certificate was good, and is no more: clients refuse it, and nothing else is wrong
};

// Of all files, every one of them. None: they can be used.
std::vector<TlsFault> CheckTlsFiles(const TlsFiles& files, Timestamp now);

// Not before, not after, of the first certificate in a PEM file; nothing where it cannot be read.
struct Validity {
  Timestamp begins, ends;
};
std::optional<Validity> ValidityOf(const std::string& certificate_path);

// "2026-01-31 23:59 UTC".
std::string DayAndTime(Timestamp time);
Timestamp SystemNow();

}  // namespace sluice::remote
