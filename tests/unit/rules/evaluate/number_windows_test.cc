#include "rules/evaluate/number_windows.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace sluice::evaluate {
namespace {

// Offsets at which a hit may end, in the whole text, when it comes in pieces.
std::set<int64_t> EndsIn(const std::string& text, const std::vector<size_t>& cuts) {
  std::set<int64_t> ends;
  size_t at = 0;
  const auto take = [&](size_t to, bool at_end) {
    ForEachNumberWindow(ByteView(std::string_view(text).substr(0, at)), ByteView(std::string_view(text).substr(at, to - at)), at_end, [&](const NumberWindow& w) {
      EXPECT_LE(w.begin, w.first_end);
      EXPECT_GE(w.end, w.last_end);
      EXPECT_GE(static_cast<int64_t>(at) + w.begin, 0);
      EXPECT_LE(static_cast<int64_t>(at) + w.end, static_cast<int64_t>(to));
      EXPECT_LE(w.end - w.begin, 1024);
      for (int64_t end = w.first_end; end <= w.last_end; ++end) ends.insert(static_cast<int64_t>(at) + end);
    });
    at = to;
  };
  for (const size_t cut : cuts) take(cut, false);
  take(text.size(), true);
  return ends;
}

// The definition: within kNumberReach behind the end of a group.
std::set<int64_t> EndsByDefinition(const std::string& text) {
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::set<int64_t> ends;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto run = [&](size_t from, size_t n) {
      for (size_t k = 0; k < n; ++k) {
        if (from < k || !digit(from - k)) return false;
      }
      return true;
    };
    const auto gap = [&](size_t from) { return i >= from && !digit(i - from); };
    const auto plain_gap = [&](size_t from) { return gap(from) && std::string("-./:").find(text[i - from]) == std::string::npos; };
    const auto back = [&](size_t from, size_t n) { return i >= from && run(i - from, n); };
    const bool six = run(i, 6), threes = run(i, 3) && gap(3) && back(4, 3), pairs = run(i, 2) && plain_gap(2) && back(3, 2) && plain_gap(5) && back(6, 2);
    const bool security = run(i, 4) && gap(4) && back(5, 2) && gap(7) && back(8, 3);
    if (!six && !threes && !pairs && !security) continue;
    for (int64_t end = static_cast<int64_t>(i) + 1; end <= static_cast<int64_t>(i) + 1 + kNumberReach && end <= static_cast<int64_t>(text.size()); ++end) ends.insert(end);
  }
  return ends;
}

TEST(NumberWindows, AreWhereTheDefinitionSays) {
  for (const std::string text : {"", "12345", "123456", "123-456", "12 34 56", "a12345b6", "SSN 536-90-4399.", "4111 1111 1111 1111", "AB 12 3456 C", "86 095 742 719", "2024-03-12", "12345.67", "85M01H501", "15.04.2024 12:34:56"}) {
    EXPECT_EQ(EndsIn(text, {}), EndsByDefinition(text)) << text;
  }
}

TEST(NumberWindows, AreTheSameWhereverTheTextIsCut) {
  std::mt19937 random(3);
  const char alphabet[] = "0123456789 -.xyz";
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const size_t length = random() % 600, spread = 1 + random() % 40;
    while (text.size() < length) text += random() % spread == 0 ? alphabet[random() % 10] : alphabet[random() % (sizeof alphabet - 1)];
    const std::set<int64_t> whole = EndsIn(text, {});
    EXPECT_EQ(whole, EndsByDefinition(text)) << text;
    for (int again = 0; again < 4; ++again) {
      std::vector<size_t> cuts;
      for (size_t at = random() % 80; at < text.size(); at += 1 + random() % 150) cuts.push_back(at);
      EXPECT_EQ(EndsIn(text, cuts), whole) << text;
    }
  }
}

TEST(NumberWindows, SeeUtf16InBothByteOrders) {
  const std::string digits = "123456";
  std::string little, big;
  for (const char c : digits) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  EXPECT_FALSE(EndsIn("ab" + little, {}).empty());
  EXPECT_FALSE(EndsIn(big + "ab", {}).empty());
  EXPECT_EQ(EndsIn("ab" + little + "xyz", {5, 9}), EndsIn("ab" + little + "xyz", {}));
}

}  // namespace
}  // namespace sluice::evaluate
