// ClientList: whose certificates the API knows: a name that an authority has certified, and the user and role that it stands for.
//
// A name is told by where it stands in the certificate, so that an e-mail address somebody asked for is never taken for the common name
// of somebody else. Thread: value types. Allocates: yes. Failure: a certificate that no entry names has no user.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/access/role.h"

namespace sluice::access {

// The names in a certificate whose chain has been verified.
struct CertificateNames {
  std::vector<std::string> common_names;       // of the subject (RFC 5280, 4.1.2.6)
  std::vector<std::string> alternative_names;  // subjectAltName (4.2.1.6): "dns:HOST" in lower case, "email:NAME@HOST", "uri:…"

  // The first of them, for messages and the audit log: "cn:li".
  std::string Shown() const;
};

struct ListedClient {
  std::string name;  // "cn:NAME", "dns:HOST", "email:…", "uri:…"
  std::string user;
  Role role = Role::kViewer;
};

class ClientList {
 public:
  ClientList() = default;
  explicit ClientList(std::vector<ListedClient> clients);

  // The first entry that names the certificate; its `name` is the one that did.
  std::optional<ListedClient> Find(const CertificateNames& names) const;

 private:
  std::vector<ListedClient> clients_;
};

}  // namespace sluice::access
