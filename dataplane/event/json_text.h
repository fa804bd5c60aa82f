// JsonText: appends JSON to a string, in the order of the calls; commas and escapes are its business.
//
// Values may hold any bytes, since names come from the wire: what is not UTF-8 (Unicode 15, table 3-7) becomes U+FFFD, and
// characters that would steer a terminal or reorder a line (C0, C1, DEL, bidirectional and zero-width controls) are written
// as \uXXXX. Keys are constants of the program and written as they are.
// Thread: one owner. Allocates: as the string grows. Cold path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/inline_text.h"

namespace sluice::event {

class JsonText {
 public:
  // REQUIRES: `out` outlives this.
  explicit JsonText(std::string& out) : out_(out) {}

  void BeginObject() { Open('{'); }  // the outermost one
  void BeginObject(std::string_view key) { Key(key); Open('{'); }
  void BeginElement() { Separate(); Open('{'); }  // an object in a list
  void EndObject() { Close('}'); }
  void BeginList(std::string_view key) { Key(key); Open('['); }
  void EndList() { Close(']'); }

  void Text(std::string_view key, std::string_view value) { Key(key); Quoted(value, false); }
  // A text that was cut ends in an ellipsis (U+2026).
  template <size_t N>
  void Text(std::string_view key, const InlineText<N>& value) { Key(key); Quoted(value.view(), value.truncated()); }
  void Number(std::string_view key, uint64_t value);
  void Bool(std::string_view key, bool value) { Key(key); out_ += value ? "true" : "false"; }
  // REQUIRES: `json` is a JSON value on one line.
  void Raw(std::string_view key, std::string_view json) { Key(key); out_ += json; }
  void Null(std::string_view key) { Key(key); out_ += "null"; }
  // "00c0ffee00000001": 64 bits, which not every JSON reader can take as a number.
  void Hex64(std::string_view key, uint64_t value);
  void HexBytes(std::string_view key, const uint8_t* bytes, size_t size);
  // RFC 3339, UTC, nanoseconds: "2026-01-31T23:59:59.000000001Z".
  void Time(std::string_view key, Timestamp time);

  // An element of a list.
  void Element(std::string_view value, bool truncated = false) { Separate(); Quoted(value, truncated); }

 private:
  void Open(char bracket) { out_ += bracket; first_ = true; }
  void Close(char bracket) { out_ += bracket; first_ = false; }
  void Separate() { if (!first_) out_ += ','; first_ = false; }
  void Key(std::string_view key);
  void Quoted(std::string_view text, bool truncated);

  std::string& out_;
  bool first_ = true;  // nothing stands before the next element at this level
};

}  // namespace sluice::event
