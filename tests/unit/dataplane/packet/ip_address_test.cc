#include "dataplane/packet/ip_address.h"

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace sluice::packet {
namespace {

TEST(IpAddress, FormatsIpv4AsDottedQuad) {
  EXPECT_EQ(Format(test::Address("192.0.2.1")), "192.0.2.1");
  EXPECT_TRUE(test::Address("192.0.2.1").IsV4());
}

TEST(IpAddress, FormatsIpv6InItsShortestForm) {
  EXPECT_EQ(Format(test::Address("2001:0db8:0000:0000:0000:0000:0000:0001")), "2001:db8::1");
  EXPECT_FALSE(test::Address("2001:db8::1").IsV4());
}

TEST(IpAddress, Ipv4LiesInTheMappedPrefix) {
  EXPECT_EQ(test::Address("192.0.2.1"), test::Address("::ffff:192.0.2.1"));
  EXPECT_LT(test::Address("10.0.0.1"), test::Address("10.0.0.2"));
}

}  // namespace
}  // namespace sluice::packet
