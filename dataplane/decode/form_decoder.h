// Readings of short escapes: a form's fields, the strings of JSON. What they hand out is the text without its escapes.
//
// Thread: one worker. Allocates: never. Failure: none; what is no escape is text.
#pragma once

#include <array>

#include "dataplane/decode/text_reading.h"

namespace sluice::decode {

// application/x-www-form-urlencoded (WHATWG URL, 5.1): one field a line.
class FormDecoder final : public TextReading<FormDecoder> {
 public:
  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink& sink) noexcept;

 private:
  uint8_t held_size_ = 0;         // of an escape that is not complete
  std::array<uint8_t, 2> held_{};  // '%' and a digit
};

// JSON (RFC 8259, 7): escapes undone wherever they stand, the rest as it is.
class JsonDecoder final : public TextReading<JsonDecoder> {
 public:
  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink& sink) noexcept;

 private:
  void TakeEscape(uint8_t c, TextSink& sink) noexcept;

  uint8_t held_size_ = 0;          // of an escape that is not complete
  std::array<uint8_t, 6> held_{};  // "\u79d" at most
  SurrogatePair surrogates_;
};

// Values that are escaped: some of the first bytes name a field, and nothing else stands there but fields.
bool LooksLikeForm(ByteView prefix) noexcept;

}  // namespace sluice::decode
