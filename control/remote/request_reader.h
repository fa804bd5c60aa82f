// RequestReader: one HTTP/1.1 request after another from the bytes of a connection, in whatever pieces they come.
//
// llhttp in strict mode finds heads and bodies. The reader stops behind a head, so that who asks decides how much body may follow.
// Thread: one owner. Allocates: what its bounds allow. Failure: kWrong, with the problem to answer; nothing more can be read then.
#pragma once

#include <llhttp.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/api/message.h"

namespace sluice::remote {

inline constexpr size_t kMaxHeadBytes = 32 << 10;
inline constexpr size_t kMaxFields = 100;

// What a head says besides the request itself.
struct RequestHead {
  std::string target, host;
  std::optional<std::string> authorization, origin;
  bool expects_continue = false;         // waits for 100 before its body (RFC 9110, 10.1.1)
  bool has_body = false;
  std::optional<uint64_t> body_bytes;    // as announced; nothing: chunked
  bool keep_alive = false;
};

class RequestReader {
 public:
  enum class State : uint8_t { kHead, kHeadRead, kBody, kDone, kWrong };

  RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // How many of `bytes` it took. Returns early in kHeadRead, kDone and kWrong.
  size_t Feed(std::string_view bytes);
  // REQUIRES: kHeadRead. A longer body is kWrong (413).
  void AllowBody(uint64_t max_bytes);
  // The next request. REQUIRES: kDone.
  void Begin();

  State state() const { return state_; }
  // Any byte of the request has come.
  bool begun() const { return head_bytes_ > 0; }
  const RequestHead& head() const { return head_; }
  const api::Response& problem() const { return problem_; }
  size_t body_bytes() const { return request_.body.size(); }
  // Method, path, query, type and body. Of kHeadRead: without the body.
  api::Request Take() { return std::move(request_); }

 private:
  struct Callbacks;

  int Fail(int status, std::string_view sentence);
  int EndOfField();
  int EndOfHead();
  int MoreBody(std::string_view bytes);
  void ProblemOfParser();

  llhttp_t parser_;
  State state_ = State::kHead;
  RequestHead head_;
  api::Request request_;
  api::Response problem_;
  std::string name_, value_;  // of the field that is being read
  size_t head_bytes_ = 0, fields_ = 0;
  uint64_t max_body_bytes_ = 0;
};

}  // namespace sluice::remote
