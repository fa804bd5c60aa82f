// Fields of MIME headers: values, parameters, encoded words (RFC 2045, 2047, 2183, 2231).
//
// Works on one unfolded field in memory that it may write to. Thread: pure. Allocates: never. Failure: none; what follows no
// rule is left as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/inline_text.h"

namespace sluice::decode {

struct MimeField {
  std::string_view name, value;  // without the white space around them
};
MimeField SplitField(std::string_view line) noexcept;

// Takes comments out, in place (RFC 5322, 3.2.2): "mixed (what is mixed); boundary=x". The new size. One that does not end stays.
size_t RemoveComments(std::span<char> field) noexcept;

// The value before its parameters: "multipart/mixed", "attachment".
std::string_view MainValue(std::string_view value) noexcept;
// A parameter as it stands, without quotes; empty where there is none.
std::string_view Parameter(std::string_view value, std::string_view name) noexcept;
// The same with its continuations, percent escapes and encoded words undone (RFC 2231, 3 and 4; RFC 2047 as mail programs use it).
void DecodeParameter(std::string_view value, std::string_view name, InlineText<160>& text) noexcept;

// Undoes encoded words in place; the new size. In UTF-8 where they say their charset (declared_charset.h), else as they were.
size_t DecodeWords(std::span<char> text) noexcept;
bool HasEncodedWord(std::string_view text) noexcept;

}  // namespace sluice::decode
