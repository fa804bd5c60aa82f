#include "rules/marking/cursor.h"

#include <algorithm>

namespace sluice::marking {
namespace {

// Full-width forms (Unicode, FF00 to FF5E) as ASCII, every space as U+0020.
char32_t Folded(char32_t c) {
  constexpr char32_t kFullWidthDistance = 0xfee0;
  if (c >= 0xff01 && c <= 0xff5e) return c - kFullWidthDistance;
  if (c == U'\t' || c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f) return U' ';
  return c;
}

}  // namespace

char32_t Lower(char32_t c) {
  if (IsCapital(c) || (c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) return c + 0x20;
  return c == 0x401 ? 0x451 : c;
}

char32_t Cursor::Peek(size_t ahead) {
  const size_t i = at_ + ahead;
  farthest_ = std::max(farthest_, std::min(i + 1, text_.size()));
  if (i < text_.size()) return Folded(text_[i]);
  short_ = short_ || !complete_;
  return kEnd;
}

char32_t Cursor::Before(size_t back) const { return back <= at_ && at_ - back < text_.size() ? Folded(text_[at_ - back]) : kEnd; }

bool Cursor::Take(char32_t c) {
  if (Peek() != c) return false;
  Advance();
  return true;
}

char32_t Cursor::TakeAny(std::u32string_view set) {
  const char32_t c = Peek();
  if (c == kEnd || set.find(c) == set.npos) return 0;
  Advance();
  return c;
}

bool Cursor::TakeText(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (Peek(i) != text[i]) return false;
  }
  Advance(text.size());
  return true;
}

bool Cursor::TakeTextIgnoringCase(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(Peek(i)) != Lower(text[i])) return false;
  }
  Advance(text.size());
  return true;
}

bool Cursor::TakeSpaced(std::u32string_view text) {
  const size_t begin = at_;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0) TakeBlanks(2);
    if (Take(text[i])) continue;
    at_ = begin;
    return false;
  }
  return true;
}

size_t Cursor::TakeSpaces(size_t most) {
  size_t taken = 0;
  while (taken < most && Take(U' ')) ++taken;
  return taken;
}

size_t Cursor::TakeBlanks(size_t most) {
  size_t taken = 0;
  while (taken < most && (Peek() == U' ' || IsLineEnd(Peek()))) {
    Advance();
    ++taken;
  }
  return taken;
}

}  // namespace sluice::marking
