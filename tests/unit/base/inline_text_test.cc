#include "base/inline_text.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

TEST(InlineText, IsEmptyAtFirst) {
  InlineText<8> text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.view(), "");
  EXPECT_FALSE(text.truncated());
}

TEST(InlineText, HoldsExactlyItsCapacity) {
  const InlineText<4> text("abcd");
  EXPECT_EQ(text.view(), "abcd");
  EXPECT_FALSE(text.truncated());
}

TEST(InlineText, CutsAndSaysSo) {
  const InlineText<4> text("abcde");
  EXPECT_EQ(text.view(), "abcd");
  EXPECT_TRUE(text.truncated());
}

TEST(InlineText, AppendsUpToItsCapacity) {
  InlineText<6> text("abc");
  text.Append("de");
  EXPECT_EQ(text.view(), "abcde");
  text.Append("fgh");
  EXPECT_EQ(text.view(), "abcdef");
  EXPECT_TRUE(text.truncated());
  text.Append("");
  EXPECT_EQ(text.view().size(), 6u);
}

TEST(InlineText, AssignForgetsThatItWasCut) {
  InlineText<3> text("too long");
  text.Assign("ok");
  EXPECT_EQ(text.view(), "ok");
  EXPECT_FALSE(text.truncated());
  text.Clear();
  EXPECT_TRUE(text.empty());
}

TEST(InlineText, KeepsZeroBytes) {
  const std::string_view zeros("a\0b", 3);
  EXPECT_EQ(InlineText<8>(zeros).view(), zeros);
}

TEST(InlineText, ACopyIsIndependent) {
  InlineText<8> first("one");
  const InlineText<8> second = first;
  first.Assign("two");
  EXPECT_EQ(second.view(), "one");
}

}  // namespace
}  // namespace sluice
