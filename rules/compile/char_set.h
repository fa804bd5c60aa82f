// CharSet: a set of Unicode code points, as sorted ranges that neither touch nor overlap.
//
// Thread: value type. Allocates: yes (cold path).
#pragma once

#include <compare>
#include <string_view>
#include <vector>

namespace sluice::compile {

struct CharRange {
  char32_t first = 0, last = 0;  // both included
  friend auto operator<=>(const CharRange&, const CharRange&) = default;
};

class CharSet {
 public:
  static constexpr char32_t kLastCharacter = 0x10ffff;

  CharSet() = default;
  CharSet(std::initializer_list<CharRange> ranges);
  static CharSet Of(std::u32string_view characters);
  static CharSet All() { return {{0, kLastCharacter}}; }
  static CharSet Ascii() { return {{0, 0x7f}}; }
  static CharSet Digits() { return {{U'0', U'9'}}; }
  static CharSet Spaces();          // \s: the ASCII ones
  static CharSet WordCharacters();  // \w: ASCII letters, digits and _
  static CharSet Letters();         // of Latin, Greek and Cyrillic, digits and _: where a word of a marking goes on

  void Add(CharRange range);
  void Add(const CharSet& other);
  CharSet Complement() const;
  CharSet Intersect(const CharSet& other) const;
  CharSet WithBothCases() const;

  bool empty() const { return ranges_.empty(); }
  bool Contains(char32_t c) const;
  bool ContainsAllOf(CharRange range) const;
  size_t Count() const;
  const std::vector<CharRange>& ranges() const { return ranges_; }
  // All characters beyond ASCII, or none of them: such a set can be written byte by byte.
  bool IsUniformBeyondAscii() const;
  friend auto operator<=>(const CharSet&, const CharSet&) = default;

 private:
  std::vector<CharRange> ranges_;
};

}  // namespace sluice::compile
