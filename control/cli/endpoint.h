// Endpoint: where sluicectl finds the appliance: a Unix socket of this machine, or a server over TLS.
//
// Thread: value type. Allocates: yes.
#pragma once

#include <string>

namespace sluice::cli {

struct Endpoint {
  std::string socket;
  std::string server;            // "https://HOST[:PORT]"; empty: the socket
  std::string authority;         // path: whom the server's certificate must descend from; empty: those that this system trusts
  std::string token_file;        // path
  std::string certificate, key;  // paths, of ours
};

}  // namespace sluice::cli
