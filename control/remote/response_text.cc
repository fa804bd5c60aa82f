#include "control/remote/response_text.h"

#include <cstdio>

namespace sluice::remote {
namespace {

// RFC 9110, 15: the phrase is for people, and nobody reads it.
std::string_view PhraseOf(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";
  }
}

}  // namespace

std::string HeadOf(const api::Response& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(PhraseOf(response.status)) + "\r\n";
  head += "Content-Type: " + response.type + "\r\n";
  head += response.stream ? std::string("Transfer-Encoding: chunked\r\n") : "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  // RFC 9110, 15.5.2 and RFC 6750, 3.
  if (response.status == 401) head += "WWW-Authenticate: Bearer realm=\"sluice\"\r\n";
  if (response.status == 503) head += "Retry-After: 1\r\n";
  if (!keep_alive) head += "Connection: close\r\n";
  return head + "\r\n";
}

std::string Chunk(std::string_view bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

}  // namespace sluice::remote
