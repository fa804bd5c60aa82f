// The repository itself against the rules.
#include <gtest/gtest.h>

#include "tests/architecture/architecture_check.h"

namespace sluice::architecture {
namespace {

const std::vector<SourceFile>& Repository() {
  static const std::vector<SourceFile> kFiles =
      ReadSources(SLUICE_SOURCE_DIR, {"base", "rules", "dataplane", "control", "perf", "tests"});
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
  ExpectNone(CheckIncludePaths(SLUICE_SOURCE_DIR, Repository()));
}
TEST(Repository, NamesSaySomething) {
  ExpectNone(CheckNames(Repository()));
}

}  // namespace
}  // namespace sluice::architecture
