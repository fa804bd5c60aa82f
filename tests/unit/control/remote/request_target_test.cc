#include "control/remote/request_target.h"

#include <gtest/gtest.h>

namespace sluice::remote {
namespace {

api::Request Read(std::string_view target) {
  api::Request request;
  EXPECT_TRUE(ReadTarget(target, request)) << target;
  return request;
}

TEST(RequestTarget, IsAPathAndAQueryWithoutTheirEscapes) {
  const api::Request request = Read("/v1/a%20b+c?x=1&y=%E5%AF%86+z&x=2&empty=&alone&&");
  EXPECT_EQ(request.path, "/v1/a b+c");
  ASSERT_EQ(request.query.count("x"), 2u);
  EXPECT_EQ(request.query.find("y")->second, "密 z");
  EXPECT_EQ(request.query.find("empty")->second, "");
  EXPECT_EQ(request.query.find("alone")->second, "");
  EXPECT_EQ(request.query.size(), 5u);
}

TEST(RequestTarget, IsNothingElse) {
  for (const char* bad : {"", "*", "v1/status", "http://host/v1", "/%", "/%4", "/%4g", "/%00", "/a%0ab", "/a%7f", "/x?%zz=1", "/x?a=%", "/x?a=%1"}) {
    api::Request request;
    EXPECT_FALSE(ReadTarget(bad, request)) << bad;
  }
  EXPECT_EQ(Read("/%41").path, "/A");
}

}  // namespace
}  // namespace sluice::remote
