// The repository itself against the rules.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tests/architecture/architecture_check.h"
#include "tests/support/places.h"

namespace sluice::architecture {
namespace {

const std::vector<SourceFile>& Repository() {
  static const std::vector<SourceFile> kFiles =
      ReadSources(places::SourceFolder(), {"base", "rules", "dataplane", "control", "perf", "tests"});
  return kFiles;
}

void ExpectNone(const Violations& violations) {
  for (const std::string& violation : violations) ADD_FAILURE() << violation;
}

TEST(Repository, IsThereToBeRead) {
  EXPECT_GT(Repository().size(), 50u);
}
TEST(Repository, IncludesPointDownTheLayers) {
  ExpectNone(CheckLayers(Repository()));
}
TEST(Repository, FoldersFormNoCircle) {
  ExpectNone(CheckCircles(Repository()));
}
TEST(Repository, LibrariesStayWithTheirAdapters) {
  ExpectNone(CheckConfinement(Repository()));
}
TEST(Repository, IncludesAreWrittenFromTheRoot) {
  ExpectNone(CheckIncludePaths(places::SourceFolder(), Repository()));
}
// docs/reliability.md names tests: `Suite.Case`, or a script of tests/system behind "system test".
TEST(Repository, ReliabilityIsShownByTestsThatExist) {
  std::ifstream file(places::SourceFolder() + "/docs/reliability.md");
  const std::string document((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::set<std::string> tests;
  const std::regex test(R"(TEST(?:_F|_P)?\((\w+), (\w+)\))");
  for (const SourceFile& source : Repository()) {
    for (std::sregex_iterator at(source.code.begin(), source.code.end(), test), end; at != end; ++at) tests.insert((*at)[1].str() + "." + (*at)[2].str());
  }
  const std::regex named(R"(`([A-Z]\w+\.[A-Z]\w+)`)");
  size_t count = 0;
  for (std::sregex_iterator at(document.begin(), document.end(), named), end; at != end; ++at, ++count) {
    EXPECT_EQ(tests.count((*at)[1].str()), 1u) << (*at)[1].str();
  }
  EXPECT_GT(count, 20u);
}
TEST(Repository, NamesSaySomething) {
  ExpectNone(CheckNames(Repository()));
}

}  // namespace
}  // namespace sluice::architecture
