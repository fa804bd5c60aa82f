#include "dataplane/port/port.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "dataplane/port/physical_device.h"
#include "tests/unit/dataplane/port/eal_environment.h"

namespace sluice::port {
namespace {

class PortTest : public ::testing::Test {
 protected:
  void SetUp() override {
    eal_ = test::SharedEal();
    ASSERT_NE(eal_, nullptr);
    Result<PacketPool> pool = PacketPool::Create({.packets = 8191});
    ASSERT_TRUE(pool.ok()) << pool.error().message();
    pool_.emplace(std::move(*pool));
  }

  static PortOptions Null(const std::string& name) {
    PortOptions options;
    options.name = name;
    options.driver = Driver::kNull;
    return options;
  }

  std::shared_ptr<Eal> eal_;
  std::optional<PacketPool> pool_;
};

TEST_F(PortTest, GivesBackEveryBufferWhenClosed) {
  {
    Result<std::unique_ptr<Port>> port = Port::Open(Null("a"), {1, 1}, *pool_);
    ASSERT_TRUE(port.ok()) << port.error().message();
    ASSERT_TRUE((*port)->Start().ok());
    std::array<rte_mbuf*, 32> frames;
    const uint16_t count = (*port)->Receive(0, frames);
    EXPECT_EQ(count, 32);
    EXPECT_EQ(frames[0]->pkt_len, 64u);
    EXPECT_EQ((*port)->Transmit(0, std::span(frames).first(count)), count);
    EXPECT_TRUE((*port)->LinkIsUp());
  }
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(PortTest, CanBeOpenedAgainUnderTheSameName) {
  for (int round = 0; round < 2; ++round) {
    Result<std::unique_ptr<Port>> port = Port::Open(Null("again"), {2, 3}, *pool_);
    ASSERT_TRUE(port.ok()) << port.error().message();
    EXPECT_EQ((*port)->rx_queues(), 2);
    EXPECT_EQ((*port)->tx_queues(), 3);
    ASSERT_TRUE((*port)->Start().ok());
  }
}

TEST_F(PortTest, NamesAnInterfaceThatIsMissing) {
  PortOptions options;
  options.name = "outside";
  options.interface = "nosuchif0";
  Result<std::unique_ptr<Port>> port = Port::Open(options, {1, 1}, *pool_);
  ASSERT_FALSE(port.ok());
  EXPECT_EQ(port.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(port.error().message(), "port 'outside': interface 'nosuchif0' does not exist in this network namespace; `ip link` lists those that do");
}

TEST_F(PortTest, NamesACaptureThatIsMissing) {
  PortOptions options;
  options.name = "tape";
  options.driver = Driver::kPcap;
  options.rx_file = "/nonexistent/in.pcap";
  Result<std::unique_ptr<Port>> port = Port::Open(options, {1, 1}, *pool_);
  ASSERT_FALSE(port.ok());
  EXPECT_NE(port.error().message().find("port 'tape'"), std::string::npos);
  EXPECT_NE(port.error().message().find("/nonexistent/in.pcap"), std::string::npos) << port.error().message();
}

TEST_F(PortTest, SaysThatADeviceHasTooFewQueues) {
  Result<std::unique_ptr<Port>> port = Port::Open(Null("few"), {2000, 1}, *pool_);
  ASSERT_FALSE(port.ok());
  EXPECT_EQ(port.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(port.error().message().find("say `queues: 1`"), std::string::npos) << port.error().message();
}

TEST_F(PortTest, SaysThatAnInterfaceIsTaken) {
  Result<PortLock> first = PortLock::Acquire("lo");
  ASSERT_TRUE(first.ok()) << first.error().message();
  PortOptions options;
  options.name = "outside";
  options.interface = "lo";
  Result<std::unique_ptr<Port>> port = Port::Open(options, {1, 1}, *pool_);
  ASSERT_FALSE(port.ok());
  EXPECT_EQ(port.error().message(), "port 'outside': 'lo' is taken by another running sluiced; stop that one or choose another device");
}

TEST_F(PortTest, RefusesAnInterfaceWhoseFramesMayBeLarger) {
  PortOptions options;
  options.name = "outside";
  options.interface = "lo";  // has an MTU of 65536
  Result<std::unique_ptr<Port>> port = Port::Open(options, {1, 1}, *pool_);
  ASSERT_FALSE(port.ok());
  if (port.error().code() == ErrorCode::kPermissionDenied) GTEST_SKIP() << "packet sockets are refused here";
  EXPECT_EQ(port.error().code(), ErrorCode::kInvalidArgument) << port.error().message();
}

TEST(ExplainMissingDevice, TellsUnboundFromKernelBoundFromTaken) {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("sluice-pci-" + std::to_string(getpid()));
  const std::string address = "0000:03:00.0";
  fs::create_directories(root / address);
  fs::create_directories(root / "drivers");
  EXPECT_EQ(ExplainMissingDevice("0000:09:00.0", root).code(), ErrorCode::kNotFound);
  EXPECT_NE(ExplainMissingDevice(address, root).message().find("is bound to no driver"), std::string::npos);
  fs::create_directory_symlink(root / "drivers" / "ixgbe", root / address / "driver");
  EXPECT_NE(ExplainMissingDevice(address, root).message().find("kernel's driver ixgbe"), std::string::npos);
  fs::remove(root / address / "driver");
  fs::create_directory_symlink(root / "drivers" / "vfio-pci", root / address / "driver");
  EXPECT_EQ(ExplainMissingDevice(address, root).code(), ErrorCode::kPermissionDenied);
  fs::remove_all(root);
}

TEST(PortLock, IsFreeAgainWhenItsHolderIsGone) {
  {
    Result<PortLock> lock = PortLock::Acquire("test-device");
    ASSERT_TRUE(lock.ok());
    EXPECT_FALSE(PortLock::Acquire("test-device").ok());
  }
  EXPECT_TRUE(PortLock::Acquire("test-device").ok());
}

}  // namespace
}  // namespace sluice::port
