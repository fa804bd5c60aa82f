#include "dataplane/content/object.h"

namespace sluice::content {

std::string_view Name(Part part) {
  switch (part) {
    case Part::kTcpStream: return "tcp.stream";
    case Part::kUdpPayload: return "udp.payload";
    case Part::kIcmpPayload: return "icmp.payload";
    case Part::kHttpRequestHead: return "http.request.head";
    case Part::kHttpRequestBody: return "http.request.body";
    case Part::kHttpResponseHead: return "http.response.head";
    case Part::kHttpResponseBody: return "http.response.body";
    case Part::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::content
