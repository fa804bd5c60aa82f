#include "dataplane/port/virtual_device.h"

#include <gtest/gtest.h>

namespace sluice::port {
namespace {

PortOptions Named(Driver driver) {
  PortOptions options;
  options.name = "outside";
  options.driver = driver;
  return options;
}

TEST(VirtualDevice, GivesPacketSocketsFramesThatHoldTheMtu) {
  PortOptions options = Named(Driver::kAfPacket);
  options.interface = "eth1";
  Result<VirtualDevice> device = DescribeVirtualDevice(options, 2);
  ASSERT_TRUE(device.ok());
  EXPECT_EQ(device->name, "net_af_packet_outside");
  EXPECT_EQ(device->arguments, "iface=eth1,qpairs=2,framesz=2048,blocksz=4096,framecnt=1024");
  options.mtu = 9000;
  device = DescribeVirtualDevice(options, 1);
  EXPECT_EQ(device->arguments, "iface=eth1,qpairs=1,framesz=16384,blocksz=16384,framecnt=1024");
}

TEST(VirtualDevice, NamesOnlyTheCaptureFilesThatAreGiven) {
  PortOptions options = Named(Driver::kPcap);
  options.rx_file = "in.pcap";
  EXPECT_EQ(DescribeVirtualDevice(options, 1)->arguments, "rx_pcap=in.pcap");
  options.tx_file = "out.pcap";
  EXPECT_EQ(DescribeVirtualDevice(options, 1)->arguments, "rx_pcap=in.pcap,tx_pcap=out.pcap");
}

TEST(VirtualDevice, RefusesTextThatDpdkWouldCutApart) {
  PortOptions options = Named(Driver::kPcap);
  options.rx_file = "a,b.pcap";
  const Result<VirtualDevice> device = DescribeVirtualDevice(options, 1);
  ASSERT_FALSE(device.ok());
  EXPECT_EQ(device.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::port
