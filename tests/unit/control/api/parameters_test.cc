#include "control/api/parameters.h"

#include <gtest/gtest.h>

namespace sluice::api {
namespace {

TEST(Parameters, ReadTimesOfRfc3339InUtc) {
  EXPECT_EQ(TimeFromText("1970-01-01T00:00:01Z")->nanoseconds(), 1'000'000'000);
  EXPECT_EQ(TimeFromText("2026-01-31T23:59:59.5Z")->nanoseconds(), 1'769'903'999'500'000'000);
  EXPECT_EQ(TimeFromText("2026-01-31T23:59:59.000000001Z")->nanoseconds(), 1'769'903'999'000'000'001);
  for (const char* wrong : {"", "now", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:59:59", "2026-01-31T23:59:59+01:00",
                            "2026-01-31T23:59:59.Z", "2026-01-31T23:59:59.1234567890Z", "9999-01-01T00:00:00Z", "2026-1-31T23:59:59.0Z"}) {
    EXPECT_FALSE(TimeFromText(wrong).has_value()) << wrong;
  }
}

TEST(Parameters, ReadReferencesOfSixteenDigitsOnly) {
  EXPECT_EQ(Hex64FromText("fedcba9876543210"), 0xfedcba9876543210u);
  EXPECT_FALSE(Hex64FromText("fedcba987654321").has_value());
  EXPECT_FALSE(Hex64FromText("fedcba987654321g").has_value());
  EXPECT_FALSE(Hex64FromText("+edcba9876543210").has_value());
}

}  // namespace
}  // namespace sluice::api
