// Cursor: a place in decoded text from which a grammar reads on, and a memory of how far it looked.
//
// Text arrives in pieces. A grammar that looks beyond what is there, while more may come, is told so (is_short) and asked
// again later; one that did not look gives the same answer whatever comes. So what is read never depends on how the bytes
// were cut. Full-width forms read as ASCII, all spaces as one kind. Thread: value type. Allocates: never.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace sluice::marking {

inline constexpr char32_t kEnd = 0xffffffff;

constexpr bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr bool IsCapital(char32_t c) { return c >= U'A' && c <= U'Z'; }
constexpr bool IsLetter(char32_t c) { return IsCapital(c) || (c >= U'a' && c <= U'z'); }
constexpr bool IsWordCharacter(char32_t c) { return IsLetter(c) || IsDigit(c) || c == U'_'; }
constexpr bool IsHan(char32_t c) { return c >= 0x4e00 && c <= 0x9fff; }
constexpr bool IsLineEnd(char32_t c) { return c == U'\n' || c == U'\r'; }
// Latin, Greek and Cyrillic letters in the other case, as far as markings use them.
char32_t Lower(char32_t c);

class Cursor {
 public:
  // `at`: where to begin; what stands before it may be looked back at.
  Cursor(std::u32string_view text, size_t at, bool complete) : text_(text), at_(at), farthest_(at), complete_(complete) {}

  // The character `ahead` of here; kEnd behind the last.
  char32_t Peek(size_t ahead = 0);
  // The character `back` before here, 1 the nearest; kEnd before the first.
  char32_t Before(size_t back = 1) const;
  void Advance(size_t n = 1) { at_ += n; }

  bool Take(char32_t c);
  char32_t TakeAny(std::u32string_view set);  // the one that stood there, or 0
  bool TakeText(std::u32string_view text);
  bool TakeTextIgnoringCase(std::u32string_view text);
  // With up to two spaces or line ends between its characters: 机　密.
  bool TakeSpaced(std::u32string_view text);
  // Spaces and tabs, at most `most`.
  size_t TakeSpaces(size_t most);
  // Also line ends.
  size_t TakeBlanks(size_t most);

  size_t at() const { return at_; }
  void Seek(size_t at) { at_ = at; }
  // Behind the last character that was looked at.
  size_t farthest() const { return farthest_; }
  bool is_short() const { return short_; }

 private:
  std::u32string_view text_;
  size_t at_;
  size_t farthest_;
  bool complete_;
  bool short_ = false;
};

}  // namespace sluice::marking
