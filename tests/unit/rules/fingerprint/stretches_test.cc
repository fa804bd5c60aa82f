// What the selectors take many bytes at a time for is what they would find one by one.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "rules/fingerprint/control_bytes.h"
#include "rules/fingerprint/four_ideographs.h"
#include "rules/fingerprint/packed_letters.h"
#include "rules/fingerprint/secrets.h"
#include "rules/fingerprint/sip_words.h"
#include "rules/fingerprint/window_hashes.h"

namespace sluice::fingerprint {
namespace {

// Bytes of all kinds, `ascii` of a hundred below 0x80.
std::string Bytes(size_t size, unsigned ascii, std::mt19937& random) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() % 100 < ascii ? random() % 128 : 128 + random() % 128);
  return bytes;
}

bool IsKept(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

TEST(PackedLetters, AreThoseOfTheTextAndWhereTheyStood) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 600; ++size) {
    const std::string text = Bytes(size, size % 3 == 0 ? 99 : 100, random);
    size_t taken = 0;
    while (taken < size && taken < PackedLetters::kMostBytes && static_cast<uint8_t>(text[taken]) < 0x80) ++taken;
    PackedLetters letters;
    ASSERT_EQ(letters.Pack(ByteView(text)), taken);
    size_t count = 0;
    for (size_t i = 0; i < taken; ++i) {
      if (!IsKept(text[i])) continue;
      ASSERT_LT(count, letters.count());
      EXPECT_EQ(letters[count], static_cast<uint8_t>(text[i]));
      EXPECT_EQ(letters.EndOf(count), i + 1);
      ++count;
    }
    EXPECT_EQ(letters.count(), count);
    // What processors of all ages make of it.
    PackedLetters in_steps;
    ASSERT_EQ(in_steps.PackInSteps(ByteView(text)), taken);
    ASSERT_EQ(in_steps.count(), count);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(in_steps[i], letters[i]);
      EXPECT_EQ(in_steps.EndOf(i), letters.EndOf(i));
    }
  }
}

#ifdef __SSE4_1__
TEST(FourIdeographs, AreThoseAndNoOthers) {
  std::mt19937 random(4);
  const auto utf8 = [](uint32_t c) { return std::string{static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))}; };
  for (int round = 0; round < 20'000; ++round) {
    std::array<uint32_t, 4> characters{}, places{};
    bool all = true;
    std::string text;
    for (uint32_t& c : characters) {
      // Now and then one beside the block, on either side, or anywhere.
      const auto kind = random() % 20;
      c = static_cast<uint32_t>(kind == 0 ? 0x4DFF : kind == 1 ? 0xA000 : kind == 2 ? 0x0800 + random() % 0xF000 : 0x4E00 + random() % 0x5200);
      all = all && c >= 0x4E00 && c <= 0x9FFF;
      text += utf8(c);
    }
    text += "abcd";
    const auto* at = reinterpret_cast<const uint8_t*>(text.data());
    ASSERT_EQ(FourIdeographs(at, places), all);
    for (size_t i = 0; all && i < 4; ++i) ASSERT_EQ(places[i], characters[i] - 0x4E00);
    // No byte is another one's.
    if (!all) continue;
    const size_t wrong = random() % 12;
    text[wrong] = static_cast<char>(wrong % 3 == 0 ? 0xC3 : 0x41);
    ASSERT_FALSE(FourIdeographs(reinterpret_cast<const uint8_t*>(text.data()), places));
  }
}
#endif

TEST(SipHashWords, AreThoseOfEachWord) {
  std::mt19937_64 random(3);
  const std::array<uint64_t, 2> key = {random(), random()};
  for (size_t count = 0; count < 40; ++count) {
    std::vector<uint64_t> words(count), expected;
    for (uint64_t& word : words) {
      word = random();
      expected.push_back(SipHashWord(key, word));
    }
    SipHashWords(key, words);
    EXPECT_EQ(words, expected);
  }
}

TEST(WindowHashes, FindsEachThatIsBelowTheLimit) {
  std::mt19937_64 random(2);
  for (const uint32_t limit : {uint32_t{1}, UINT32_MAX / 24, UINT32_MAX / 2, UINT32_MAX}) {
    for (size_t count = 0; count <= WindowHashes::kMost; ++count) {
      WindowHashes hashes;
      std::vector<size_t> expected;
      for (size_t i = 0; i < count; ++i) {
        // Some at the limit, on either side.
        hashes[i] = i % 5 == 0 ? (uint64_t{limit} << 32) - (i % 2) : random();
        if (hashes[i] >> 32 < limit) expected.push_back(i);
      }
      WindowHashes::Letters letters;
      const size_t found = hashes.FindBelow(limit, count, letters);
      ASSERT_EQ(std::vector<size_t>(letters.begin(), letters.begin() + found), expected) << limit << " of " << count;
      const size_t in_steps = hashes.FindBelowInSteps(limit, count, letters);
      ASSERT_EQ(std::vector<size_t>(letters.begin(), letters.begin() + in_steps), expected) << limit << " of " << count;
    }
  }
}

TEST(ControlBytes, AreCountedButForLayout) {
  std::mt19937 random(3);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes = Bytes(size, 70, random);
    for (size_t i = 0; i < size; i += 3) bytes[i] = static_cast<char>(random() % 0x22);
    uint32_t controls = 0, zeros = 0;
    for (const char c : bytes) {
      zeros += c == 0 ? 1 : 0;
      controls += c > 0 && c < 0x20 && std::string("\t\n\f\r\x1B").find(c) == std::string::npos ? 1 : 0;
    }
    const ControlBytes found = CountControls(ByteView(bytes));
    EXPECT_EQ(found.controls, controls);
    EXPECT_EQ(found.zeros, zeros);
  }
}

}  // namespace
}  // namespace sluice::fingerprint
