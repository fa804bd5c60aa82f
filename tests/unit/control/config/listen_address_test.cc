#include "control/config/listen_address.h"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

TEST(ListenAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(ParseListenAddress("192.0.2.7:8443")->host, "192.0.2.7");
  EXPECT_EQ(ParseListenAddress("[2001:db8::7]:443")->host, "2001:db8::7");
  EXPECT_EQ(ParseListenAddress("[::]:65535")->port, 65535);
  for (const char* bad : {"", ":1", "8443", "192.0.2.7", "192.0.2.7:", "192.0.2.7:65536", "192.0.2.7:8443x", "::1:80", "[192.0.2.7]:80", "appliance:80", "[::1]", "1.2.3:80"}) {
    EXPECT_FALSE(ParseListenAddress(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace sluice::config
