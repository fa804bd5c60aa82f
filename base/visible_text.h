// Visible text: names and messages that hold bytes from outside, made safe to show to a person, and their width.
//
// Thread: pure. Allocates: what VisibleText returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

struct Utf8Character {
  enum class Kind : uint8_t { kValid, kInvalid, kCutOff } kind = Kind::kInvalid;
  size_t length = 1;  // bytes taken; of an ill-formed sequence, its longest prefix that could have begun a character
  char32_t code_point = 0;
};
// The first character of a text (Unicode 15, table 3-7). REQUIRES: text is not empty.
Utf8Character FirstUtf8Character(std::string_view text) noexcept;

// Characters that would do something to a reader's terminal or line instead of being seen: controls, marks of direction,
// separators of lines, characters of no width.
bool ActsOnTheReader(char32_t c) noexcept;

// The text with such characters written as \n, \r, \t or \u001b, and bytes that are no UTF-8 as \xff.
std::string VisibleText(std::string_view text);

// Columns that a terminal gives to a text that is visible: two for the wide characters of East Asia (Unicode Standard Annex 11).
size_t ColumnsOf(std::string_view visible) noexcept;

}  // namespace sluice
