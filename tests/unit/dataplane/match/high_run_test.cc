#include "dataplane/match/high_run.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sluice::match {
namespace {

size_t Naive(const std::string& text) {
  size_t begin = text.size();
  while (begin > 0 && static_cast<uint8_t>(text[begin - 1]) >= 0x81 && static_cast<uint8_t>(text[begin - 1]) <= 0xfe) --begin;
  return begin;
}

TEST(HighRun, EndsAtEachByteThatCannotLead) {
  for (unsigned b = 0; b < 256; ++b) {
    const std::string text = std::string(1, static_cast<char>(b)) + "\x81\xfe";
    const HighRun run = FindHighRun(ByteView(text));
    const bool high = b >= 0x81 && b <= 0xfe;
    EXPECT_EQ(run.begin, high ? 0u : 1u) << b;
    EXPECT_EQ(run.whole, high) << b;
  }
}

TEST(HighRun, AgreesWithTheNaiveSearchAtEveryLength) {
  std::mt19937 random(2);
  for (size_t size = 0; size < 200; ++size) {
    for (int round = 0; round < 20; ++round) {
      std::string text(size, '\xb0');
      if (size > 0 && round > 0) text[std::uniform_int_distribution<size_t>(0, size - 1)(random)] = static_cast<char>(round * 13);
      const HighRun run = FindHighRun(ByteView(text));
      ASSERT_EQ(run.begin, Naive(text));
      ASSERT_EQ(run.whole, Naive(text) == 0);
    }
  }
}

}  // namespace
}  // namespace sluice::match
