#include "rules/evaluate/block_windows.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace sluice::evaluate {
namespace {

TEST(EndSpans, MakeOneOfThoseThatTouch) {
  EndSpans spans;
  spans.Add({5, 9});
  spans.Add({10, 12});
  spans.Add({20, 21});
  ASSERT_EQ(spans.spans().size(), 2u);
  EXPECT_EQ(spans.spans()[0].last, 12);
}

TEST(EndSpans, LoseNothingWhenThereIsNoMoreRoom) {
  EndSpans spans;
  for (int64_t i = 0; i < 100; ++i) spans.Add({i * 10, i * 10 + 1});
  spans.Add({7, 8});
  const auto covers = [&](int64_t end) {
    for (const EndSpan& span : spans.spans()) {
      if (span.first <= end && end <= span.last) return true;
    }
    return false;
  };
  for (int64_t i = 0; i < 100; ++i) EXPECT_TRUE(covers(i * 10) && covers(i * 10 + 1));
  EXPECT_TRUE(covers(7));
}

// Every end of the span is looked at once, in a window that shows what the longest match needs and a byte on either side.
TEST(BlockWindows, ShowEachEndOnceWithWhatStandsRoundIt) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (size_t i = random() % 900; i > 0; --i) text += static_cast<char>('a' + random() % 26);
    const size_t cut = random() % (text.size() + 1), known = std::min<size_t>(cut, kBlockHistory);
    const int64_t reach = 1 + static_cast<int64_t>(random() % kMostReach);
    const bool at_end = random() % 2 == 0;
    const ByteView all{std::string_view(text)};
    const BlockText block{all.First(cut).From(cut - known), all.From(cut), at_end, false};
    const EndSpan span{static_cast<int64_t>(random() % 300) - 20, static_cast<int64_t>(random() % 900)};
    const auto size = static_cast<int64_t>(text.size() - cut), text_begin = -static_cast<int64_t>(cut);
    std::set<int64_t> seen;
    ForEachWindow(block, reach, span, [&](ByteView window, int64_t begin, EndSpan ends) {
      ASSERT_EQ(window.AsText(), all.Sub(static_cast<size_t>(begin - text_begin), window.size()).AsText());
      for (int64_t end = ends.first; end <= ends.last; ++end) {
        ASSERT_TRUE(seen.insert(end).second);
        ASSERT_LE(begin, std::max(end - reach - 1, text_begin));
        ASSERT_GE(begin + static_cast<int64_t>(window.size()), std::min(end + 1, size));
      }
    });
    std::set<int64_t> expected;
    for (int64_t end = std::max<int64_t>(span.first, 0); end <= std::min(span.last, at_end ? size : size - 1); ++end) expected.insert(end);
    ASSERT_EQ(seen, expected);
  }
}

TEST(BlockWindows, ShowAnUnseenByteBehindAGap) {
  const std::string text = "4111";
  const BlockText block{{}, ByteView(text), true, true};
  ForEachWindow(block, 10, {4, 4}, [&](ByteView window, int64_t begin, EndSpan) {
    EXPECT_EQ(begin, -1);
    EXPECT_EQ(window[0], 0);
    EXPECT_EQ(window.From(1).AsText(), text);
  });
}

}  // namespace
}  // namespace sluice::evaluate
