#include "base/strong_id.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using RuleId = StrongId<struct RuleTag>;
using FlowNumber = StrongId<struct FlowTag, uint64_t>;

TEST(StrongId, ComparesByValue) {
  EXPECT_EQ(RuleId(3), RuleId(3));
  EXPECT_LT(RuleId(2), RuleId(3));
  EXPECT_EQ(RuleId().value(), 0u);
  EXPECT_EQ(FlowNumber(uint64_t{1} << 40).value(), uint64_t{1} << 40);
}

TEST(StrongId, IsNoIntegerAndNoOtherId) {
  EXPECT_FALSE((std::is_convertible_v<uint32_t, RuleId>));
  EXPECT_FALSE((std::is_convertible_v<RuleId, uint32_t>));
  EXPECT_FALSE((std::is_constructible_v<RuleId, FlowNumber>));
}

}  // namespace
}  // namespace sluice
