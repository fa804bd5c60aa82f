// Every fingerprint is found in its line or behind it, whatever the shape of the lines, and a table is read back as it was written.
#include "rules/fingerprint/line_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sluice::fingerprint {
namespace {

constexpr uint32_t kShapes[] = {kLeastHomes, 1000, 65'535, 65'536, 100'003, 1u << 24, (1u << 24) - 1, 17'000'000, UINT32_MAX};

TEST(LineShape, TakesEveryFingerprintApartAndTogether) {
  std::mt19937_64 random(1);
  for (const uint32_t homes : kShapes) {
    const LineShape shape(homes);
    EXPECT_LE(shape.homes(), homes);
    EXPECT_EQ(LineShape(shape.homes()).homes(), shape.homes());
    const auto check = [&](Fingerprint f) {
      const uint64_t home = shape.HomeOf(f), remainder = shape.RemainderOf(f, home);
      ASSERT_LT(home, shape.homes());
      ASSERT_EQ(remainder >> (32 + 8 * shape.high_bytes()), 0u) << homes;
      ASSERT_EQ(shape.FingerprintOf(home, remainder), f);
    };
    check(0);
    check(kFingerprintMask);
    for (int i = 0; i < 10'000; ++i) check(random() & kFingerprintMask);
    // The first of a home and the last of the one before it.
    for (int i = 0; i < 1000; ++i) {
      const uint64_t home = 1 + random() % (shape.homes() - 1);
      const Fingerprint first = shape.FingerprintOf(home, 0);
      ASSERT_EQ(shape.HomeOf(first), home);
      ASSERT_EQ(shape.HomeOf(first - (Fingerprint{1} << (64 - kFingerprintBits))), home - 1);
    }
  }
}

TEST(LineShape, HasMoreSlotsWhereAHomeSaysMore) {
  EXPECT_EQ(LineShape(kLeastHomes).slots(), 6u);
  EXPECT_EQ(LineShape(1u << 16).slots(), 7u);
  EXPECT_EQ(LineShape(1u << 24).slots(), 8u);
  EXPECT_EQ(LineShape::For(0).homes(), kLeastHomes);
  EXPECT_EQ(LineShape::For(100'000'000).homes(), 1u << 24);
}

// As many as `filled` percent of the slots of the first lines take.
std::vector<LineEntry> EntriesFor(const LineShape& shape, uint64_t lines, uint64_t filled) {
  std::mt19937_64 random(shape.homes());
  std::vector<LineEntry> entries(lines * shape.slots() * filled / 100);
  const Fingerprint end = shape.FingerprintOf(lines - 1, 0);
  for (LineEntry& entry : entries) entry.fingerprint = static_cast<Fingerprint>(static_cast<Uint128>(random()) * end >> 64) & kFingerprintMask;
  std::sort(entries.begin(), entries.end(), [](const LineEntry& a, const LineEntry& b) { return a.fingerprint < b.fingerprint; });
  entries.erase(std::unique(entries.begin(), entries.end(), [](const LineEntry& a, const LineEntry& b) { return a.fingerprint == b.fingerprint; }), entries.end());
  for (size_t i = 0; i < entries.size(); ++i) entries[i].value = static_cast<uint32_t>(entries.size() - i);
  return entries;
}

TEST(LineTable, FindsWhatItWasGivenHoweverFullItIs) {
  for (const uint32_t homes : {kLeastHomes, 1u << 16, 1u << 24}) {
    for (const uint64_t filled : {1, 50, 75, 97}) {
      const LineShape shape(homes);
      constexpr uint64_t kLines = 250;
      const std::vector<LineEntry> entries = EntriesFor(shape, kLines, filled);
      // A full last line goes on behind the homes; of a large table only the lines that are used are made.
      std::vector<uint8_t> lines((kLines + 400) * kLineBytes);
      ASSERT_LE(CountLines(entries, shape), std::max<uint64_t>(homes, kLines + 400));
      ASSERT_TRUE(WriteLines(entries, shape, lines).ok());
      const LineTable table(homes, {lines.data(), lines.size()});
      for (const LineEntry& entry : entries) ASSERT_EQ(table.ValueOf(entry.fingerprint), entry.value) << homes << " " << filled;
      std::mt19937_64 random(2);
      for (int i = 0; i < 10'000; ++i) ASSERT_EQ(table.ValueOf(shape.FingerprintOf(random() % kLines, random() % 1'000'000)), LineTable::kNone);
      size_t next = 0;
      table.ForEach([&](Fingerprint f, uint32_t value) {
        ASSERT_LT(next, entries.size());
        EXPECT_EQ(f, entries[next].fingerprint);
        EXPECT_EQ(value, entries[next++].value);
      });
      EXPECT_EQ(next, entries.size());
    }
  }
}

TEST(LineTable, RefusesWhatIsNotSpread) {
  const LineShape shape(kLeastHomes);
  std::vector<LineEntry> entries(64);
  for (uint32_t i = 0; i < entries.size(); ++i) entries[i] = {Fingerprint{i} << 8, i};
  std::vector<uint8_t> lines(2 * kLeastHomes * kLineBytes);
  EXPECT_FALSE(WriteLines(entries, shape, lines).ok());
  entries.pop_back();
  EXPECT_TRUE(WriteLines(entries, shape, lines).ok());
}

TEST(LineTable, StaysWithinWhatItHasWhateverItSays) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<uint8_t> lines(kLeastHomes * kLineBytes);
    for (uint8_t& byte : lines) byte = static_cast<uint8_t>(random());
    const LineTable table(kLeastHomes, {lines.data(), lines.size()});
    for (int i = 0; i < 200; ++i) static_cast<void>(table.ValueOf(random() & kFingerprintMask));
    size_t visited = 0;
    table.ForEach([&](Fingerprint, uint32_t) { ++visited; });
    EXPECT_LE(visited, kLeastHomes * 6u);
  }
}

}  // namespace
}  // namespace sluice::fingerprint
