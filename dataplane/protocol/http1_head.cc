#include "dataplane/protocol/http1_head.h"

#include <algorithm>

#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {
namespace {

constexpr int kContinue = 0;
constexpr int kNoBody = 1;  // of on_headers_complete: llhttp is not to read the body

struct KnownField {
  std::string_view name;
  uint8_t field;
};

// Which errors of llhttp mean that a message can be read in two ways; the rest is merely wrong.
AnomalyKind ReasonOf(llhttp_errno_t error) {
  switch (error) {
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_INVALID_TRANSFER_ENCODING:
    case HPE_INVALID_CHUNK_SIZE:
    case HPE_INVALID_HEADER_TOKEN:
    case HPE_CR_EXPECTED:
    case HPE_LF_EXPECTED:
    case HPE_UNEXPECTED_SPACE:
    case HPE_STRICT:
      return AnomalyKind::kAmbiguousFraming;
    default:
      return AnomalyKind::kMalformedProtocol;
  }
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct Http1Head::Callbacks {
  static Http1Head& Of(llhttp_t* parser) { return *static_cast<Http1Head*>(parser->data); }

  static int OnTarget(llhttp_t* parser, const char* at, size_t length) {
    Http1Head& head = Of(parser);
    head.value_.Append({head.substituted_ != nullptr ? head.substituted_ : at, length});
    return kContinue;
  }
  static int OnTargetComplete(llhttp_t* parser) {
    Http1Head& head = Of(parser);
    AssignPathOfTarget(head.value_.view(), head.description_.name);
    head.host_.Assign(HostOfTarget(head.value_.view()));
    return kContinue;
  }
  static int OnName(llhttp_t* parser, const char* at, size_t length) {
    Of(parser).name_.Append({at, length});
    return kContinue;
  }
  static int OnNameComplete(llhttp_t* parser) {
    Of(parser).FinishName();
    return kContinue;
  }
  static int OnValue(llhttp_t* parser, const char* at, size_t length) {
    Http1Head& head = Of(parser);
    if (head.field_ != Field::kUninteresting) head.value_.Append({at, length});
    return kContinue;
  }
  static int OnValueComplete(llhttp_t* parser) {
    Of(parser).FinishValue();
    return kContinue;
  }
  // llhttp forgets these when a message is over.
  static int OnHeadersComplete(llhttp_t* parser) {
    Http1Head& head = Of(parser);
    head.complete_ = true;
    head.flags_ = parser->flags;
    head.content_length_ = parser->content_length;
    head.upgrade_ = parser->upgrade != 0;
    head.AppendCodings(head.transfer_encoding_.view());
    return kNoBody;
  }
  // Nothing behind the head is for llhttp.
  static int OnMessageComplete(llhttp_t*) { return HPE_PAUSED; }

  static const llhttp_settings_t* Settings() {
    static const llhttp_settings_t settings = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_url = OnTarget;
      s.on_url_complete = OnTargetComplete;
      s.on_header_field = OnName;
      s.on_header_field_complete = OnNameComplete;
      s.on_header_value = OnValue;
      s.on_header_value_complete = OnValueComplete;
      s.on_headers_complete = OnHeadersComplete;
      s.on_message_complete = OnMessageComplete;
      return s;
    }();
    return &settings;
  }
};

Http1Head::Http1Head(bool is_request) noexcept {
  llhttp_init(&parser_, is_request ? HTTP_REQUEST : HTTP_RESPONSE, Callbacks::Settings());
  parser_.data = this;
}

void Http1Head::Refuse(AnomalyKind reason) noexcept {
  refused_ = true;
  reason_ = reason;
}

size_t Http1Head::Execute(const char* data, size_t size) noexcept {
  const llhttp_errno_t error = llhttp_execute(&parser_, data, size);
  if (error == HPE_OK) return size;
  const char* stop = llhttp_get_error_pos(&parser_);
  const size_t taken = stop >= data && stop <= data + size ? static_cast<size_t>(stop - data) : 0;
  const bool paused_behind_head = complete_ && (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE);
  if (!paused_behind_head) {
    Refuse(ReasonOf(error));
  } else if (taken < size) {
    Refuse(AnomalyKind::kAmbiguousFraming);  // llhttp sees an earlier end than HeaderLines
  }
  return taken;
}

// Clients put UTF-8 and other raw bytes into targets, and servers take them, though RFC 3986 wants them encoded. Nothing
// about framing depends on them, so llhttp is shown a letter in their place; the name keeps the bytes.
size_t Http1Head::ReadStartLine(ByteView bytes) noexcept {
  static constexpr std::string_view kLetters = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
  const auto is_high = [](uint8_t b) { return b >= 0x80; };
  size_t taken = 0;
  while (taken < bytes.size() && in_start_line_ && !refused_) {
    const ByteView rest = bytes.From(taken);
    const bool high = is_high(rest[0]);
    const auto* line_end = std::find(rest.begin(), rest.end(), '\n');
    const auto* span_end = std::find_if(rest.begin(), line_end, [&](uint8_t b) { return is_high(b) != high; });
    if (span_end == line_end && !high) {
      in_start_line_ = line_end == rest.end();
      span_end = in_start_line_ ? span_end : span_end + 1;
    }
    size_t span = static_cast<size_t>(span_end - rest.begin());
    if (high) span = std::min(span, kLetters.size());
    substituted_ = high ? rest.AsText().data() : nullptr;
    taken += Execute(high ? kLetters.data() : rest.AsText().data(), span);
    substituted_ = nullptr;
  }
  return taken;
}

size_t Http1Head::Read(ByteView bytes) noexcept {
  size_t taken = in_start_line_ ? ReadStartLine(bytes) : 0;
  if (taken < bytes.size() && !refused_) taken += Execute(bytes.AsText().data() + taken, bytes.size() - taken);
  return taken;
}

void Http1Head::FinishName() noexcept {
  static constexpr KnownField kFields[] = {
      {"host", static_cast<uint8_t>(Field::kHost)},
      {"content-length", static_cast<uint8_t>(Field::kContentLength)},
      {"transfer-encoding", static_cast<uint8_t>(Field::kTransferEncoding)},
      {"content-encoding", static_cast<uint8_t>(Field::kContentEncoding)},
      {"content-type", static_cast<uint8_t>(Field::kContentType)},
      {"content-disposition", static_cast<uint8_t>(Field::kContentDisposition)},
      {"user-agent", static_cast<uint8_t>(Field::kAgent)},
      {"server", static_cast<uint8_t>(Field::kAgent)},
      {"upgrade", static_cast<uint8_t>(Field::kUpgrade)},
      {"content-range", static_cast<uint8_t>(Field::kContentRange)},
      {"upload-offset", static_cast<uint8_t>(Field::kUploadOffset)},
  };
  field_ = Field::kUninteresting;
  if (!name_.truncated()) {
    for (const KnownField& known : kFields) {
      if (EqualsIgnoringCase(name_.view(), known.name)) field_ = static_cast<Field>(known.field);
    }
  }
  name_.Clear();
  value_.Clear();
}

void Http1Head::FinishValue() noexcept {
  const std::string_view value = TrimHttpSpace(value_.view());
  const auto count = [](uint8_t& counter) { counter = static_cast<uint8_t>(counter < 255 ? counter + 1 : 255); };
  switch (field_) {
    case Field::kHost:
      count(hosts_);
      if (host_.empty()) host_.Assign(value);  // RFC 9112, 3.2.2: an absolute target outranks Host
      break;
    case Field::kContentLength:
      count(lengths_);
      bad_length_ = bad_length_ || !IsDigits(value) || value_.truncated();
      break;
    case Field::kTransferEncoding:
      count(transfer_encodings_);
      if (!transfer_encoding_.empty()) transfer_encoding_.Append(",");
      transfer_encoding_.Append(value);
      break;
    case Field::kContentEncoding: AppendCodings(value); break;
    case Field::kContentType: description_.claimed_type.Assign(value); break;
    case Field::kContentDisposition: AssignDispositionName(value, description_.name); break;
    case Field::kAgent: agent_.Assign(value); break;
    case Field::kUpgrade: websocket_ = EqualsIgnoringCase(value, "websocket"); break;
    case Field::kContentRange: is_partial_ = ReadContentRange(value, range_) || is_partial_; break;
    case Field::kUploadOffset: {
      std::string_view digits = value;
      is_partial_ = (ReadDecimal(digits, range_.first) && digits.empty()) || is_partial_;
      break;
    }
    case Field::kUninteresting: break;
  }
  field_ = Field::kUninteresting;
  value_.Clear();
}

// RFC 9110, 8.4: listed in the order in which they were applied; transfer codings were applied last.
void Http1Head::AppendCodings(std::string_view list) noexcept {
  while (!list.empty()) {
    const std::string_view coding = NextListElement(list);
    if (coding.empty() || EqualsIgnoringCase(coding, "identity") || EqualsIgnoringCase(coding, "chunked")) continue;
    if (!description_.content_encoding.empty()) description_.content_encoding.Append(", ");
    description_.content_encoding.Append(coding);
    description_.declared_encoding = true;
  }
}

RequestMethod Http1Head::method() const noexcept {
  if (parser_.method == HTTP_HEAD) return RequestMethod::kHead;
  return parser_.method == HTTP_CONNECT ? RequestMethod::kConnect : RequestMethod::kOther;
}

// RFC 9112, 6.1: chunked is applied once and last.
bool Http1Head::IsFinallyChunked() const noexcept {
  std::string_view rest = transfer_encoding_.view();
  size_t chunked = 0;
  bool last_is_chunked = false;
  while (!rest.empty()) {
    last_is_chunked = EqualsIgnoringCase(NextListElement(rest), "chunked");
    chunked += last_is_chunked ? 1 : 0;
  }
  return last_is_chunked && chunked == 1 && !transfer_encoding_.truncated();
}

BodyKind Http1Head::DecideBody(RequestMethod request) const noexcept {
  const bool is_request = parser_.type == HTTP_REQUEST;
  const bool has_transfer_encoding = transfer_encodings_ > 0;
  if (hosts_ > 1 || lengths_ > 1 || bad_length_) return BodyKind::kAmbiguous;  // RFC 9112, 3.2 and 6.3
  if (has_transfer_encoding) {
    // RFC 9112, 6.1: with Content-Length, or from HTTP/1.0, the framing is to be treated as faulty.
    const bool flagged = (flags_ & F_CHUNKED) != 0;
    if (lengths_ > 0 || parser_.http_minor == 0 || !IsFinallyChunked() || !flagged) return BodyKind::kAmbiguous;
  }
  if (!is_request) {
    const uint16_t code = parser_.status_code;
    if (code == 101 || (request == RequestMethod::kConnect && code / 100 == 2)) return BodyKind::kTunnel;
    if (code / 100 == 1 || code == 204 || code == 304 || request == RequestMethod::kHead) return BodyKind::kNone;
  }
  if (has_transfer_encoding) return BodyKind::kChunked;
  if (lengths_ > 0) return content_length_ > 0 ? BodyKind::kLength : BodyKind::kNone;
  return is_request ? BodyKind::kNone : BodyKind::kUntilClose;
}

}  // namespace sluice::protocol
