// Any bytes as requests of a connection, in pieces that the bytes themselves choose, and what they show as a token: the reader stays
// within its bounds, ends in a problem or a request, and says the same whatever the pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "control/access/gate.h"
#include "control/access/token.h"
#include "control/remote/request_reader.h"

namespace {

using namespace sluice;
using State = remote::RequestReader::State;

constexpr uint64_t kAllowed = 4096;
constexpr size_t kMostRequests = 16;

void Require(bool holds) {
  if (!holds) std::abort();
}

// What all requests together say, in so large pieces.
std::string ReadAll(std::string_view bytes, size_t piece) {
  remote::RequestReader reader;
  std::string said;
  size_t at = 0;
  for (size_t requests = 0; requests < kMostRequests;) {
    if (reader.state() == State::kHeadRead) {
      const remote::RequestHead& head = reader.head();
      if (head.authorization) {
        const auto token = access::BearerOf(*head.authorization);
        if (token) static_cast<void>(access::KeyOf(*token));
      }
      reader.AllowBody(kAllowed);
    } else if (reader.state() == State::kDone) {
      const api::Request request = reader.Take();
      Require(request.body.size() <= kAllowed && !request.path.empty() && request.path.front() == '/');
      said += request.method + " " + request.path + "\n" + request.type + "\n" + request.body + "\n";
      for (const auto& [name, value] : request.query) said += name + "=" + value + "\n";
      ++requests;
      reader.Begin();
    } else if (reader.state() == State::kWrong) {
      const int status = reader.problem().status;
      Require(status >= 400 && status < 600 && !reader.problem().body.empty());
      return said + "problem\n";
    } else if (at == bytes.size()) {
      break;
    } else {
      const size_t taken = reader.Feed(bytes.substr(at, piece));
      Require(taken <= piece && reader.body_bytes() <= kAllowed);
      at += taken;
    }
  }
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Require(ReadAll(bytes, 1 + data[0]) == ReadAll(bytes, 1 << 20));
  static_cast<void>(access::KeyOf(bytes));
  static_cast<void>(access::BearerOf(bytes));
  return 0;
}
