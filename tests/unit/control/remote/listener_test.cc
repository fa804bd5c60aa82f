#include "control/remote/listener.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sluice::remote {
namespace {

TEST(Listener, TakesAPortThatIsFreeAndSaysWhichOneIsNot) {
  const Result<Listener> one = Listener::Open({"127.0.0.1", 0});
  ASSERT_TRUE(one.ok());
  EXPECT_NE(one->port(), 0);
  const Result<Listener> other = Listener::Open({"127.0.0.1", one->port()});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message().find(std::to_string(one->port())), std::string::npos);
}

TEST(Listener, WaitsAtAnAddressThatIsNotThereYet) { EXPECT_TRUE(Listener::Open({"192.0.2.77", 0}).ok()); }

TEST(Listener, OfIpv6LeavesIpv4ToAnother) {
  if (!std::ifstream("/proc/net/if_inet6").good()) GTEST_SKIP() << "this system has no IPv6";
  const Result<Listener> six = Listener::Open({"::", 0});
  if (!six) GTEST_SKIP() << "this system has no IPv6: " << six.error().message();
  EXPECT_TRUE(Listener::Open({"0.0.0.0", six->port()}).ok());
}

}  // namespace
}  // namespace sluice::remote
