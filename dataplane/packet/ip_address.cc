#include "dataplane/packet/ip_address.h"

#include <arpa/inet.h>

namespace sluice::packet {

std::string Format(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = address.IsV4();
  inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

}  // namespace sluice::packet
