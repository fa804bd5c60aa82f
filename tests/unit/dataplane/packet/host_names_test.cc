#include "dataplane/packet/host_names.h"

#include <gtest/gtest.h>

namespace sluice::packet {
namespace {

IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  const uint8_t bytes[] = {a, b, c, d};
  return IpAddress::FromV4(bytes);
}

TEST(HostNames, TakesTheNarrowestBlock) {
  HostNames names;
  names.Add(V4(10, 0, 0, 0).bytes, 96 + 8, "site");
  names.Add(V4(10, 1, 7, 0).bytes, 96 + 24, "cluster");
  names.Add(V4(10, 1, 7, 9).bytes, 96 + 32, "login node");
  EXPECT_EQ(names.Find(V4(10, 1, 7, 9)), "login node");
  EXPECT_EQ(names.Find(V4(10, 1, 7, 8)), "cluster");
  EXPECT_EQ(names.Find(V4(10, 1, 8, 9)), "site");
  EXPECT_EQ(names.Find(V4(11, 1, 7, 9)), "");
}

TEST(HostNames, CountsBitsWithinAByte) {
  HostNames names;
  names.Add(V4(192, 0, 2, 64).bytes, 96 + 27, "rack");
  EXPECT_EQ(names.Find(V4(192, 0, 2, 63)), "");
  EXPECT_EQ(names.Find(V4(192, 0, 2, 64)), "rack");
  EXPECT_EQ(names.Find(V4(192, 0, 2, 95)), "rack");
  EXPECT_EQ(names.Find(V4(192, 0, 2, 96)), "");
}

TEST(HostNames, KeepsTheFirstOfTwoNamesForOneBlock) {
  HostNames names;
  names.Add(V4(192, 0, 2, 0).bytes, 96 + 24, "first");
  names.Add(V4(192, 0, 2, 0).bytes, 96 + 24, "second");
  EXPECT_EQ(names.Find(V4(192, 0, 2, 1)), "first");
}

TEST(HostNames, HasAnythingUnderALengthOfZero) {
  HostNames names;
  names.Add({}, 0, "everybody");
  EXPECT_EQ(names.Find(V4(1, 2, 3, 4)), "everybody");
}

}  // namespace
}  // namespace sluice::packet
