#include "control/access/token.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::access {
namespace {

TEST(Token, IsFoundAgainByItsText) {
  const FreshToken token = MakeToken();
  const std::optional<TokenKey> key = KeyOf(token.text);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->number, token.key.number);
  EXPECT_TRUE(SameDigest(key->digest, token.key.digest));
  EXPECT_EQ(token.text.size(), 7u + 16 + 1 + 43);
}

TEST(Token, IsAnotherEachTime) {
  std::set<std::string> texts, numbers;
  for (int i = 0; i < 200; ++i) {
    const FreshToken token = MakeToken();
    texts.insert(token.text);
    numbers.insert(token.key.number);
  }
  EXPECT_EQ(texts.size(), 200u);
  EXPECT_EQ(numbers.size(), 200u);
}

TEST(Token, IsNothingWithOneCharacterChangedInForm) {
  const std::string text = MakeToken().text;
  EXPECT_FALSE(KeyOf("").has_value());
  EXPECT_FALSE(KeyOf(text + "A").has_value());
  EXPECT_FALSE(KeyOf(text.substr(1)).has_value());
  EXPECT_FALSE(KeyOf(text.substr(0, text.size() - 1)).has_value());
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char bad : {'!', ' ', '\0', '\n', '=', '+', '/'}) {
      std::string other = text;
      other[i] = bad;
      EXPECT_FALSE(KeyOf(other).has_value()) << i;
    }
  }
}

TEST(Token, HasAnotherDigestWithAnyOtherSecret) {
  const FreshToken token = MakeToken();
  for (size_t i = 24; i < token.text.size(); ++i) {
    std::string other = token.text;
    other[i] = other[i] == 'A' ? 'Q' : 'A';
    const std::optional<TokenKey> key = KeyOf(other);
    if (!key) continue;  // the last character has two bits that must be zero
    EXPECT_FALSE(SameDigest(key->digest, token.key.digest)) << i;
  }
}

TEST(TokenDigest, ReadsBackFromItsDigitsAndFromNothingElse) {
  const TokenDigest digest = MakeToken().key.digest;
  const std::optional<TokenDigest> read = DigestFromHex(HexOf(digest));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(SameDigest(*read, digest));
  EXPECT_FALSE(DigestFromHex(HexOf(digest).substr(2)).has_value());
  EXPECT_FALSE(DigestFromHex(std::string(64, 'g')).has_value());
}

}  // namespace
}  // namespace sluice::access
