// Http1Head: one request or response head while it is read: llhttp in strict mode, and what it leaves behind.
//
// Lives in a scratch slot from the first byte of a head until the pieces that point into it are consumed. llhttp sees heads
// only: bodies are framed by Http1Session, so that payload is never looked at byte by byte.
// Thread: one worker. Allocates: never. Bounds: names and values are cut at the sizes below and marked as cut.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "base/inline_text.h"
#include "dataplane/content/object.h"
#include "dataplane/protocol/http_text.h"
#include "dataplane/protocol/session.h"

namespace sluice::protocol {

// What the other side asked for decides whether a response has a body.
enum class RequestMethod : uint8_t { kOther, kHead, kConnect };

// RFC 9112, 6.3: how long the message body is.
enum class BodyKind : uint8_t {
  kNone,
  kLength,
  kChunked,
  kUntilClose,
  kTunnel,     // the connection changes its protocol: CONNECT with 2xx, or 101
  kAmbiguous,  // two parsers may disagree
};

class Http1Head {
 public:
  explicit Http1Head(bool is_request) noexcept;

  // Reads `bytes` of the head, up to the end that HeaderLines found. Returns how many were taken: fewer when refused().
  size_t Read(ByteView bytes) noexcept;
  bool refused() const noexcept { return refused_; }
  // Why, once refused() is true.
  AnomalyKind reason() const noexcept { return reason_; }
  // All fields were read, by llhttp's own count.
  bool complete() const noexcept { return complete_; }

  // REQUIRES: complete(). `request`: of the response's request; ignored for requests.
  BodyKind DecideBody(RequestMethod request) const noexcept;
  uint64_t content_length() const noexcept { return content_length_; }
  RequestMethod method() const noexcept;
  uint16_t status() const noexcept { return parser_.status_code; }
  bool offers_upgrade() const noexcept { return upgrade_; }
  bool names_websocket() const noexcept { return websocket_; }

  std::string_view host() const noexcept { return host_.view(); }
  std::string_view agent() const noexcept { return agent_.view(); }  // User-Agent or Server
  // Of a body that is part of a whole: Content-Range, or Upload-Offset of the tus protocol (1.0.0).
  bool is_partial() const noexcept { return is_partial_; }
  const ByteRange& range() const noexcept { return range_; }
  // The body's description: name, claimed type, codings. Filled once complete().
  content::ObjectDescription& description() noexcept { return description_; }

 private:
  enum class Field : uint8_t {
    kUninteresting, kHost, kContentLength, kTransferEncoding, kContentEncoding, kContentType, kContentDisposition, kAgent, kUpgrade,
    kContentRange, kUploadOffset
  };
  struct Callbacks;

  size_t Execute(const char* data, size_t size) noexcept;
  size_t ReadStartLine(ByteView bytes) noexcept;
  void Refuse(AnomalyKind reason) noexcept;
  void FinishName() noexcept;
  void FinishValue() noexcept;
  bool IsFinallyChunked() const noexcept;
  void AppendCodings(std::string_view list) noexcept;

  static constexpr size_t kFieldNameLength = 20;  // the longest of interest is "content-disposition"

  llhttp_t parser_;
  const char* substituted_ = nullptr;  // bytes that llhttp sees as something else: see ReadStartLine
  Field field_ = Field::kUninteresting;
  bool refused_ = false;
  bool complete_ = false;
  bool in_start_line_ = true;
  AnomalyKind reason_ = AnomalyKind::kMalformedProtocol;
  uint8_t hosts_ = 0, lengths_ = 0, transfer_encodings_ = 0;  // how many of each were seen
  bool bad_length_ = false;
  bool upgrade_ = false;
  bool websocket_ = false;
  bool is_partial_ = false;
  ByteRange range_;
  uint16_t flags_ = 0;
  uint64_t content_length_ = 0;
  InlineText<kFieldNameLength> name_;
  InlineText<64> transfer_encoding_;
  InlineText<128> host_;
  InlineText<128> agent_;
  InlineText<1024> value_;  // the target first, then each value of interest
  content::ObjectDescription description_;
};

}  // namespace sluice::protocol
