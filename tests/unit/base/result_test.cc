#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sluice {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::kInvalidArgument, "odd");
  return n / 2;
}

Status Check(bool good) {
  if (!good) return Error(ErrorCode::kIo, "bad");
  return {};
}

TEST(Result, HoldsAValue) {
  const Result<int> result = Half(8);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), 4);
  EXPECT_EQ(*result, 4);
}

TEST(Result, HoldsAnError) {
  const Result<int> result = Half(7);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().message(), "odd");
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(Result, ReachesMembers) {
  Result<std::string> result = std::string("text");
  result->push_back('!');
  EXPECT_EQ(result->size(), 5u);
}

TEST(Status, IsOkUnlessToldOtherwise) {
  EXPECT_TRUE(Check(true).ok());
  const Status bad = Check(false);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().message(), "bad");
}

#ifndef NDEBUG
TEST(ResultDeathTest, AssertsThatTheValueIsThere) {
  const Result<int> result = Half(7);
  EXPECT_DEATH(static_cast<void>(result.value()), "ok");
}
#endif

}  // namespace
}  // namespace sluice
