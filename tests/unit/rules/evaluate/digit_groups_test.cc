#include "rules/evaluate/digit_groups.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace sluice::evaluate {
namespace {

// Offsets at which a group ends, in the whole text, when it comes in pieces.
std::set<size_t> GroupsIn(const std::string& text, const std::vector<size_t>& cuts) {
  std::set<size_t> ends;
  size_t at = 0;
  const auto take = [&](size_t to) {
    const std::string_view all(text);
    ForEachDigitGroup(ByteView(all.substr(0, at)), ByteView(all.substr(at, to - at)), [&](size_t end) noexcept { ends.insert(at + end); });
    at = to;
  };
  for (const size_t cut : cuts) take(cut);
  take(text.size());
  return ends;
}

// The definition, character by character. `unit` and `low`: bytes of a character, and which of them has its ASCII value.
void AddGroups(const std::string& text, size_t unit, size_t low, std::set<size_t>& ends) {
  for (size_t begin = 0; begin < text.size(); ++begin) {
    for (const std::string_view group : {"dddddd", "ddd?ddd", "ddd?dd?dddd", "dd:dd:dd", "dd:dddd", "dddd:dd"}) {
      const auto stands = [&](size_t i) {
        const size_t at = begin + i * unit;
        if (at + unit > text.size()) return false;
        const char c = text[at + low];
        const bool zero = unit == 1 || text[at + 1 - low] == 0;
        const bool is_digit = c >= '0' && c <= '9' && zero;
        const bool is_sign = c == '-' || c == '.' || c == '/' || c == ':';
        return group[i] == 'd' ? is_digit : group[i] == '?' ? !is_digit : !is_digit && !is_sign;
      };
      bool all = true;
      for (size_t i = 0; i < group.size() && all; ++i) all = stands(i);
      if (all) ends.insert(begin + group.size() * unit);
    }
  }
}

std::set<size_t> GroupsByDefinition(const std::string& text) {
  std::set<size_t> ends;
  AddGroups(text, 1, 0, ends);
  AddGroups(text, 2, 0, ends);
  AddGroups(text, 2, 1, ends);
  return ends;
}

TEST(DigitGroups, AreWhereTheDefinitionSays) {
  for (const std::string text : {"", "12345", "123456", "123-456", "12 34 56", "a12345b6", "SSN 536-90-4399.", "4111 1111 1111 1111", "AB 12 3456 C",
                                 "AB 1234 56 C", "86 095 742 719", "2024-03-12", "12345.67", "85M01H501", "15.04.2024 12:34:56"}) {
    EXPECT_EQ(GroupsIn(text, {}), GroupsByDefinition(text)) << text;
  }
  EXPECT_FALSE(GroupsIn("AB 12 3456 C", {}).empty());
  EXPECT_TRUE(GroupsIn("on 2024-03-12 at 12:34:56", {}).empty());
}

std::string RandomText(std::mt19937& random, const std::string& alphabet) {
  std::string text;
  const size_t length = random() % 700, spread = 1 + random() % 40;
  while (text.size() < length) text += random() % spread == 0 ? alphabet[random() % 10] : alphabet[random() % alphabet.size()];
  return text;
}

void ExpectSameWhereverCut(const std::string& alphabet) {
  std::mt19937 random(3);
  size_t groups = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = RandomText(random, alphabet);
    const std::set<size_t> whole = GroupsIn(text, {});
    groups += whole.size();
    ASSERT_EQ(whole, GroupsByDefinition(text)) << testing::PrintToString(text);
    for (int again = 0; again < 4; ++again) {
      std::vector<size_t> cuts;
      for (size_t at = random() % 80; at < text.size(); at += 1 + random() % 150) cuts.push_back(at);
      ASSERT_EQ(GroupsIn(text, cuts), whole) << testing::PrintToString(text);
    }
  }
  EXPECT_GT(groups, 1000u);
}

TEST(DigitGroups, AreTheSameWhereverTheTextIsCut) { ExpectSameWhereverCut("0123456789 -.xyz"); }
TEST(DigitGroups, AreTheSameWhereverUtf16IsCut) { ExpectSameWhereverCut(std::string("0123456789") + std::string(10, '\0') + " -."); }

}  // namespace
}  // namespace sluice::evaluate
