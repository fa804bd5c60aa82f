// Http2Head: what a header block of HTTP/2 says about its message, while it is read: name, type, codings, length, hosts.
//
// Lives in a direction's scratch slot with the reader of its blocks and the text that was decoded in one call.
// Thread: one worker. Allocates: never. Bounds: names and values are cut at the sizes below. Sources: RFC 9113 (8.3).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/inline_text.h"
#include "dataplane/content/object.h"
#include "dataplane/protocol/hpack_reader.h"

namespace sluice::protocol {

class Http2Head {
 public:
  void Take(std::string_view name, std::string_view value) noexcept;

  content::ObjectDescription& description() noexcept { return description_; }
  std::string_view host() const noexcept { return host_.view(); }
  std::string_view agent() const noexcept { return agent_.view(); }
  std::string_view path() const noexcept { return path_.view(); }
  bool has_length() const noexcept { return has_length_; }
  uint64_t length() const noexcept { return length_; }
  bool is_interim() const noexcept { return interim_; }
  // Of a file that is sent in ranges.
  bool is_part() const noexcept { return is_part_; }
  // RFC 9113, 8.1.1: two lengths, or one that is no number.
  bool ambiguous() const noexcept { return ambiguous_; }

 private:
  void TakeLength(std::string_view value) noexcept;
  void TakeCodings(std::string_view list) noexcept;

  bool has_length_ = false, ambiguous_ = false, interim_ = false, is_part_ = false;
  uint64_t length_ = 0;
  InlineText<128> host_, agent_;
  InlineText<256> path_;
  content::ObjectDescription description_;
};

struct Http2Scratch {
  static constexpr size_t kTextBytes = 8192;

  HpackReader hpack;
  Http2Head head;
  size_t text_size = 0;                 // decoded in this call
  size_t text_handed_on = 0;
  std::array<char, kTextBytes> text;    // "name: value\r\n", as it is inspected
};

}  // namespace sluice::protocol
