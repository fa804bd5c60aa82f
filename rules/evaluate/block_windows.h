// Block windows: looking through parts of a stream in blocks, with the same answer as one look through all of it.
//
// Some expressions are tried only where a literal or a group of digits, which every match of theirs holds, has been seen. A span
// says at which offsets their matches may end. A window shows the bytes before a span as far as the longest match reaches and one
// more, and one byte behind it, so that what stands beside a match is there to be seen: then a match that ends within the span is
// found exactly if it is one of the whole text. Offsets count from the beginning of the new bytes; what stands before them is
// negative. Thread: pure. Allocates: never.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/byte_view.h"

namespace sluice::evaluate {

struct EndSpan {
  int64_t first = 0, last = 0;  // a match may end here, both included
};

// Spans, those that touch made one. One that begins before the last, or finds no more room, widens that over what lies between:
// then more is looked through than need be, and nothing less is found.
class EndSpans {
 public:
  static constexpr size_t kCapacity = 32;
  void Clear() noexcept { size_ = 0; }
  void Add(EndSpan span) noexcept {
    const bool is_apart = size_ == 0 || span.first > spans_[size_ - 1].last + 1;
    if (is_apart && size_ < kCapacity) {
      spans_[size_++] = span;
      return;
    }
    EndSpan& widened = spans_[size_ - 1];
    widened = {std::min(widened.first, span.first), std::max(widened.last, span.last)};
  }
  std::span<const EndSpan> spans() const noexcept { return {spans_.data(), size_}; }

 private:
  std::array<EndSpan, kCapacity> spans_;
  size_t size_ = 0;
};

// The text: new bytes, and what is known of those before them.
struct BlockText {
  ByteView history;  // ends where `bytes` begin
  ByteView bytes;
  bool at_end = false;      // the text ends with `bytes`
  bool behind_gap = false;  // `history` begins behind bytes that nobody saw, not where the text does
};

// Longest match for which windows are made.
inline constexpr int64_t kMostReach = 240;
// As much history as windows need.
inline constexpr size_t kBlockHistory = static_cast<size_t>(kMostReach) + 1;

// Calls look(ByteView window, int64_t begin, EndSpan ends) until every offset of the span that lies in the text has been looked at;
// `ends` are those that count in this window, `begin` is the offset of its first byte. A match that ends with the last byte is
// left for the next call, since what follows may unmake it; only `at_end` it counts. `reach`: bytes of the longest match.
// REQUIRES: reach <= kMostReach; the history holds reach + 1 bytes, or all that there are.
template <typename Look>
void ForEachWindow(const BlockText& text, int64_t reach, EndSpan span, Look look) noexcept {
  constexpr int64_t kJoined = 256, kLongestWindow = 1 << 20;
  const auto size = static_cast<int64_t>(text.bytes.size()), known = static_cast<int64_t>(text.history.size());
  const int64_t last = std::min(span.last, text.at_end ? size : size - 1);
  int64_t first = std::max<int64_t>(span.first, 0);
  std::array<uint8_t, 1 + kBlockHistory + kJoined + 1> joined;
  while (first <= last) {
    const int64_t begin = first - reach - 1;
    if (begin >= 0) {
      const int64_t window_last = std::min(last, first + kLongestWindow);
      look(text.bytes.Sub(static_cast<size_t>(begin), static_cast<size_t>(window_last + 1 - begin)), begin, EndSpan{first, window_last});
      first = window_last + 1;
      continue;
    }
    // A window over the joint. What stands for the unseen byte is no letter and no digit, and not the text's beginning.
    const int64_t joint_last = std::min(last, kJoined);
    const int64_t from_history = std::min(-begin, known);
    size_t filled = 0;
    const bool shows_gap = text.behind_gap && from_history < -begin;
    if (shows_gap) joined[filled++] = 0;
    const ByteView older = text.history.From(static_cast<size_t>(known - from_history));
    const ByteView newer = text.bytes.First(static_cast<size_t>(joint_last) + 1);
    if (!older.empty()) std::memcpy(joined.data() + filled, older.data(), older.size());
    filled += older.size();
    if (!newer.empty()) std::memcpy(joined.data() + filled, newer.data(), newer.size());
    filled += newer.size();
    look(ByteView(joined.data(), filled), -from_history - (shows_gap ? 1 : 0), EndSpan{first, joint_last});
    first = joint_last + 1;
  }
}

}  // namespace sluice::evaluate
