#include "rules/compile/char_set.h"

#include <algorithm>

#include "rules/compile/letter_case.h"

namespace sluice::compile {

CharSet::CharSet(std::initializer_list<CharRange> ranges) {
  for (const CharRange& range : ranges) Add(range);
}

CharSet CharSet::Of(std::u32string_view characters) {
  CharSet set;
  for (const char32_t c : characters) set.Add({c, c});
  return set;
}

CharSet CharSet::Spaces() { return {{U'\t', U'\r'}, {U' ', U' '}}; }

CharSet CharSet::WordCharacters() { return {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}}; }

CharSet CharSet::Letters() {
  CharSet set = WordCharacters();
  set.Add({0x00c0, 0x00d6});
  set.Add({0x00d8, 0x00f6});
  set.Add({0x00f8, 0x024f});
  set.Add({0x0370, 0x03ff});
  set.Add({0x0400, 0x052f});
  return set;
}

void CharSet::Add(CharRange range) {
  std::vector<CharRange> merged;
  bool placed = false;
  for (const CharRange& r : ranges_) {
    if (r.last + 1 < range.first) {
      merged.push_back(r);
    } else if (range.last + 1 < r.first) {
      if (!placed) merged.push_back(range);
      placed = true;
      merged.push_back(r);
    } else {
      range = {std::min(range.first, r.first), std::max(range.last, r.last)};
    }
  }
  if (!placed) merged.push_back(range);
  ranges_ = std::move(merged);
}

void CharSet::Add(const CharSet& other) {
  for (const CharRange& range : other.ranges_) Add(range);
}

CharSet CharSet::Complement() const {
  CharSet out;
  char32_t next = 0;
  for (const CharRange& range : ranges_) {
    if (range.first > next) out.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCharacter) out.ranges_.push_back({next, kLastCharacter});
  return out;
}

CharSet CharSet::Intersect(const CharSet& other) const {
  CharSet out;
  for (const CharRange& a : ranges_) {
    for (const CharRange& b : other.ranges_) {
      const CharRange both{std::max(a.first, b.first), std::min(a.last, b.last)};
      if (both.first <= both.last) out.Add(both);
    }
  }
  return out;
}

CharSet CharSet::WithBothCases() const {
  // The last letter that ToLower and ToUpper know lies in the full-width forms.
  constexpr char32_t kLastCased = 0xff5a;
  CharSet out = *this;
  for (const CharRange& range : ranges_) {
    if (range.first <= U'A' && range.last >= kLastCased) continue;
    for (char32_t c = range.first; c <= std::min(range.last, kLastCased); ++c) {
      if (ToLower(c) != c) out.Add({ToLower(c), ToLower(c)});
      if (ToUpper(c) != c) out.Add({ToUpper(c), ToUpper(c)});
    }
  }
  return out;
}

bool CharSet::Contains(char32_t c) const { return ContainsAllOf({c, c}); }

bool CharSet::ContainsAllOf(CharRange range) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const CharRange& r) { return r.first <= range.first && range.last <= r.last; });
}

size_t CharSet::Count() const {
  size_t count = 0;
  for (const CharRange& range : ranges_) count += range.last - range.first + 1;
  return count;
}

bool CharSet::IsUniformBeyondAscii() const {
  return ranges_.empty() || ranges_.back().last < 0x80 || ContainsAllOf({0x80, kLastCharacter});
}

}  // namespace sluice::compile
