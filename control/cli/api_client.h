// ApiClient: sluicectl's end of the Unix socket, or of a connection over TLS: a request out, its answer or the server's problem in.
//
// Thread: one. Allocates: yes. Failure: kIo where nobody answers, kInvalidArgument with the problem's own sentence where the server refuses.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "control/cli/endpoint.h"

namespace sluice::cli {

class ApiClient {
 public:
  explicit ApiClient(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  // The body of the answer.
  Result<std::string> Get(const std::string& path) const { return Send("GET", path, ""); }
  Result<std::string> Send(const std::string& method, const std::string& path, const std::string& body, const std::string& type = "application/json") const;
  // Hands on what comes in until `take` returns false or the server ends it.
  Status Stream(const std::string& path, const std::function<bool(std::string_view)>& take) const;

 private:
  Endpoint endpoint_;
};

// "?a=b&c=d", escaped; pairs with an empty value are left out.
std::string Query(const std::vector<std::pair<std::string, std::string>>& parameters);
// One segment of a path, escaped.
std::string Segment(std::string_view text);

}  // namespace sluice::cli
