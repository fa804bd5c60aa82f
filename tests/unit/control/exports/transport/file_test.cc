#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "control/exports/transport/transport.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::exports {
namespace {

const Message kMessages[] = {{"a-1", "first", 0, "", ""}, {"a-2", "second", 0, "", ""}};

TEST(FileTransport, WritesLinesAndFollowsARotation) {
  const incident::testing::Folder folder("file_transport");
  config::ExportOptions options;
  options.path = folder.File("eve.json");
  const auto transport = MakeFile(options);
  ASSERT_TRUE((*transport)->Deliver(kMessages));
  std::filesystem::rename(options.path, options.path + ".1");
  ASSERT_TRUE((*transport)->Deliver(kMessages));
  for (const char* suffix : {"", ".1"}) {
    std::ifstream in(options.path + suffix);
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}), "first\nsecond\n");
  }
}

TEST(FileTransport, SaysWhenTheDiskIsFull) {
  config::ExportOptions options;
  options.path = "/dev/full";
  EXPECT_FALSE((*MakeFile(options))->Deliver(kMessages));
}

}  // namespace
}  // namespace sluice::exports
