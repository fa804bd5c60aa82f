#include "dataplane/port/eal.h"

#include <algorithm>

#include "tests/unit/dataplane/port/eal_environment.h"

namespace sluice::port {
namespace {

bool Has(const std::vector<std::string>& arguments, const std::string& one) {
  return std::find(arguments.begin(), arguments.end(), one) != arguments.end();
}

TEST(EalArguments, LooksAtNoCardUnlessOneIsNamed) {
  EXPECT_TRUE(Has(EalArguments({}, true, "(0)"), "--no-pci"));
  EalOptions options;
  options.pci_devices = {"0000:03:00.0"};
  const std::vector<std::string> arguments = EalArguments(options, true, "(0)");
  EXPECT_FALSE(Has(arguments, "--no-pci"));
  EXPECT_TRUE(Has(arguments, "--allow=0000:03:00.0"));
}

TEST(EalArguments, AsksForAllMemoryAtOnceOnlyWithoutHugePages) {
  EalOptions options;
  options.megabytes = 300;
  EXPECT_TRUE(Has(EalArguments(options, false, "(0)"), "--no-huge"));
  EXPECT_TRUE(Has(EalArguments(options, false, "(0)"), "-m300"));
  EXPECT_FALSE(Has(EalArguments(options, true, "(0)"), "-m300"));
}

TEST(EalArguments, LeavesNothingInTheFileSystem) {
  EXPECT_TRUE(Has(EalArguments({}, true, "(0)"), "--in-memory"));
  EXPECT_TRUE(Has(EalArguments({}, false, "(0)"), "--no-shconf"));
  EXPECT_TRUE(Has(EalArguments({}, true, "(0)"), "--no-telemetry"));
}

TEST(FreeHugeMegabytes, CountsFreePagesTimesTheirSize) {
  EXPECT_EQ(FreeHugeMegabytes("HugePages_Total:  512\nHugePages_Free:   100\nHugepagesize:       2048 kB\n"), 200u);
  EXPECT_EQ(FreeHugeMegabytes(""), 0u);
  EXPECT_EQ(FreeHugeMegabytes("HugePages_Free:"), 0u);
}

TEST(Eal, IsSharedWhileItLives) {
  const std::shared_ptr<Eal> first = test::SharedEal();
  ASSERT_NE(first, nullptr);
  Result<std::shared_ptr<Eal>> second = Eal::Start({});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*second, first);
  EXPECT_FALSE(first->uses_huge_pages());
}

TEST(DecideHugePages, SaysHowManyAreMissingWhenTheyAreDemanded) {
  EalOptions options;
  options.huge_pages = HugePages::kOn;
  options.megabytes = 300;
  const Result<bool> decided = DecideHugePages(options, 200, true);
  ASSERT_FALSE(decided.ok());
  EXPECT_NE(decided.error().message().find("300 MB are needed, 200 MB are free"), std::string::npos) << decided.error().message();
}

TEST(DecideHugePages, DoesWithoutWhereTheyAreNotDemanded) {
  EalOptions options;
  options.megabytes = 300;
  EXPECT_FALSE(*DecideHugePages(options, 200, true));
  EXPECT_FALSE(*DecideHugePages(options, 400, false));
  EXPECT_TRUE(*DecideHugePages(options, 400, true));
  options.huge_pages = HugePages::kOff;
  EXPECT_FALSE(*DecideHugePages(options, 400, true));
}

}  // namespace
}  // namespace sluice::port
