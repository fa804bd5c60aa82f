// Request and Response, as the API sees them: no library, no socket. An error is a problem of RFC 9457 (application/problem+json).
//
// Thread: value types. Allocates: yes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "control/api/caller.h"

namespace sluice::api {

// The way in: each has streams of its own.
enum class Door : uint8_t { kSocket, kTls, kCount };

struct Request {
  std::string method, path;
  std::multimap<std::string, std::string> query;
  std::string type;  // of the body: "application/json"
  std::string body;
  Caller caller;
  Door door = Door::kSocket;
  std::string refusal;  // why nobody is known to ask, in a sentence; empty: the caller is known
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  // A stream instead of a body: appends what is next, waiting at most about a second; false ends it.
  std::function<bool(std::string& out)> stream;
};

inline constexpr std::string_view kProblemType = "application/problem+json";

// `detail` is one sentence, without content from the wire.
Response Problem(int status, std::string_view detail);
// 404, 409, 503 or 500, as the error's kind says.
Response ProblemOf(const Error& error);

}  // namespace sluice::api
