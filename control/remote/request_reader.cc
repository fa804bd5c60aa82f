#include "control/remote/request_reader.h"

#include <algorithm>
#include <utility>

#include "control/remote/request_target.h"

namespace sluice::remote {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

// What llhttp calls. A field behind the body (a trailer) is passed over: nothing of it may count as part of the head.
struct RequestReader::Callbacks {
  static RequestReader& Of(llhttp_t* parser) { return *static_cast<RequestReader*>(parser->data); }

  static int Target(llhttp_t* parser, const char* at, size_t size) {
    Of(parser).head_.target.append(at, size);
    return 0;
  }
  static int Name(llhttp_t* parser, const char* at, size_t size) {
    RequestReader& reader = Of(parser);
    if (reader.state_ == State::kHead) reader.name_.append(at, size);
    return 0;
  }
  static int Value(llhttp_t* parser, const char* at, size_t size) {
    RequestReader& reader = Of(parser);
    if (reader.state_ == State::kHead) reader.value_.append(at, size);
    return 0;
  }
  static int ValueComplete(llhttp_t* parser) { return Of(parser).state_ == State::kHead ? Of(parser).EndOfField() : 0; }
  static int HeadersComplete(llhttp_t* parser) { return Of(parser).EndOfHead(); }
  static int Body(llhttp_t* parser, const char* at, size_t size) { return Of(parser).MoreBody({at, size}); }
  static int MessageComplete(llhttp_t* parser) {
    Of(parser).state_ = State::kDone;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& Settings() {
    static const llhttp_settings_t kSettings = [] {
      llhttp_settings_t settings;
      llhttp_settings_init(&settings);
      settings.on_url = Target;
      settings.on_header_field = Name;
      settings.on_header_value = Value;
      settings.on_header_value_complete = ValueComplete;
      settings.on_headers_complete = HeadersComplete;
      settings.on_body = Body;
      settings.on_message_complete = MessageComplete;
      return settings;
    }();
    return kSettings;
  }
};

RequestReader::RequestReader() {
  llhttp_init(&parser_, HTTP_REQUEST, &Callbacks::Settings());
  parser_.data = this;
}

void RequestReader::Begin() {
  llhttp_init(&parser_, HTTP_REQUEST, &Callbacks::Settings());
  parser_.data = this;
  state_ = State::kHead;
  head_ = {};
  request_ = {};
  head_bytes_ = fields_ = 0;
  name_.clear();
  value_.clear();
}

int RequestReader::Fail(int status, std::string_view sentence) {
  problem_ = api::Problem(status, sentence);
  state_ = State::kWrong;
  return HPE_USER;
}

size_t RequestReader::Feed(std::string_view bytes) {
  if (state_ != State::kHead && state_ != State::kBody) return 0;
  const bool in_head = state_ == State::kHead;
  // One more than may be, so that what is too long is seen to be.
  if (in_head) bytes = bytes.substr(0, kMaxHeadBytes + 1 - head_bytes_);
  const llhttp_errno_t code = llhttp_execute(&parser_, bytes.data(), bytes.size());
  size_t taken = bytes.size();
  if (code != HPE_OK) {
    const char* stop = llhttp_get_error_pos(&parser_);
    if (stop != nullptr && stop >= bytes.data() && stop <= bytes.data() + bytes.size()) taken = static_cast<size_t>(stop - bytes.data());
  }
  if (in_head) head_bytes_ += taken;
  if (code == HPE_PAUSED) {
    llhttp_resume(&parser_);
  } else if (code != HPE_OK && state_ != State::kWrong) {
    ProblemOfParser();
  }
  if (in_head && state_ == State::kHead && head_bytes_ > kMaxHeadBytes) Fail(431, "the head of the request is longer than 32 KB");
  return taken;
}

void RequestReader::ProblemOfParser() {
  if (llhttp_get_errno(&parser_) == HPE_INVALID_VERSION) {
    Fail(505, "only HTTP/1.1 is spoken here");
  } else {
    Fail(400, "the request cannot be read as HTTP/1.1 (RFC 9112)");
  }
}

int RequestReader::EndOfField() {
  if (++fields_ > kMaxFields) return Fail(431, "the request has more than 100 header fields");
  const std::string name = LowerCase(std::move(name_));
  name_.clear();
  const std::string value = std::exchange(value_, {});
  const auto once = [&](std::optional<std::string>& into) {
    if (into) return Fail(400, "the field " + name + " is there twice");
    into = value;
    return 0;
  };
  if (name == "authorization") return once(head_.authorization);
  if (name == "origin") return once(head_.origin);
  if (name == "content-type") request_.type = value;
  if (name == "host") {
    if (!head_.host.empty()) return Fail(400, "the field host is there twice");
    head_.host = value;
  }
  if (name == "expect") {
    if (LowerCase(value) != "100-continue") return Fail(417, "nothing but 100-continue can be expected here");
    head_.expects_continue = true;
  }
  return 0;
}

int RequestReader::EndOfHead() {
  if (llhttp_get_http_major(&parser_) != 1 || llhttp_get_http_minor(&parser_) != 1) return Fail(505, "only HTTP/1.1 is spoken here");
  if (parser_.upgrade != 0) return Fail(400, "the connection cannot become one of another protocol");
  // RFC 9112, 3.2.
  if (head_.host.empty()) return Fail(400, "the field host is not there");
  if (!ReadTarget(head_.target, request_)) return Fail(400, "the target of the request is not a path with a query");
  request_.method = llhttp_method_name(static_cast<llhttp_method_t>(llhttp_get_method(&parser_)));
  const bool chunked = (parser_.flags & F_CHUNKED) != 0;
  // A coding that is not chunked at its end has no end that a server could know (RFC 9112, 6.3).
  if ((parser_.flags & F_TRANSFER_ENCODING) != 0 && !chunked) return Fail(400, "the transfer coding is not chunked");
  head_.has_body = chunked || parser_.content_length > 0;
  if (!chunked) head_.body_bytes = parser_.content_length;
  head_.keep_alive = llhttp_should_keep_alive(&parser_) != 0;
  state_ = State::kHeadRead;
  return HPE_PAUSED;
}

void RequestReader::AllowBody(uint64_t max_bytes) {
  max_body_bytes_ = max_bytes;
  state_ = State::kBody;
  if (head_.body_bytes && *head_.body_bytes > max_bytes) {
    Fail(413, "the body has more than " + std::to_string(max_bytes) + " bytes");
  } else if (!head_.has_body) {
    Feed({});
  }
}

int RequestReader::MoreBody(std::string_view bytes) {
  if (request_.body.size() + bytes.size() > max_body_bytes_) return Fail(413, "the body has more than " + std::to_string(max_body_bytes_) + " bytes");
  request_.body.append(bytes);
  return 0;
}

}  // namespace sluice::remote
