#include "control/api/message.h"

#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

// RFC 9110, 15.
std::string_view TitleOf(int status) {
  switch (status) {
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
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Internal Server Error";
  }
}

}  // namespace

Response Problem(int status, std::string_view detail) {
  Response response;
  response.status = status;
  response.type = kProblemType;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Text("type", "about:blank");
  json.Text("title", TitleOf(status));
  json.Number("status", static_cast<uint64_t>(status));
  json.Text("detail", detail);
  json.EndObject();
  return response;
}

Response ProblemOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument: return Problem(400, error.message());
    case ErrorCode::kNotFound: return Problem(404, error.message());
    case ErrorCode::kUnsupported: return Problem(409, error.message());
    case ErrorCode::kIo:
    case ErrorCode::kResourceExhausted: return Problem(503, error.message());
    default: return Problem(500, error.message());
  }
}

}  // namespace sluice::api
