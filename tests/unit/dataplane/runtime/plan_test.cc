#include "dataplane/runtime/plan.h"

#include <gtest/gtest.h>

namespace sluice::runtime {
namespace {

port::PortOptions Named(const std::string& name, port::Driver driver) {
  port::PortOptions options;
  options.name = name;
  options.driver = driver;
  return options;
}

DataPlaneOptions Inline(port::Driver driver) {
  DataPlaneOptions options;
  options.ports = {Named("spare", driver), Named("inside", driver), Named("outside", driver)};
  options.pairs = {{2, 1, true}};
  return options;
}

TEST(MakePlan, OpensOnlyPortsThatHaveAPlaceAndJoinsPairs) {
  const Result<Plan> plan = MakePlan(Inline(port::Driver::kAfPacket));
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan.value().ports.size(), 2u);
  EXPECT_EQ(plan.value().ports[0].options.name, "outside");
  EXPECT_EQ(plan.value().ports[0].peer, 1);
  EXPECT_EQ(plan.value().ports[1].peer, 0);
}

TEST(MakePlan, AddsADistributorWhereAPortHasOneQueueForSeveralWorkers) {
  DataPlaneOptions options = Inline(port::Driver::kAfPacket);
  EXPECT_EQ(MakePlan(options).value().threads, 1);
  options.workers.count = 2;
  EXPECT_EQ(MakePlan(options).value().threads, 3);
  options.ports[1].driver = options.ports[2].driver = port::Driver::kNull;
  EXPECT_EQ(MakePlan(options).value().threads, 2);
}

TEST(MakePlan, LetsAResponsePortOnlySend) {
  DataPlaneOptions options;
  options.ports = {Named("reply", port::Driver::kAfPacket), Named("mirror", port::Driver::kAfPacket)};
  options.taps = {1};
  options.response_port = 0;
  const Result<Plan> plan = MakePlan(options);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value().response_port, 1);
  EXPECT_TRUE(plan.value().ports[0].receives);
  EXPECT_FALSE(plan.value().ports[1].receives);
}

TEST(MakePlan, LetsAQuarantinePortOnlySendBehindThePorts) {
  DataPlaneOptions options = Inline(port::Driver::kAfPacket);
  options.ports.push_back(Named("aside", port::Driver::kAfPacket));
  options.quarantine_port = static_cast<int>(options.ports.size()) - 1;
  const Result<Plan> plan = MakePlan(options);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan.value().ports.size(), 3u);
  EXPECT_EQ(plan.value().quarantine_port, 2);
  EXPECT_EQ(plan.value().ports[2].options.name, "aside");
  EXPECT_EQ(plan.value().ports[2].peer, -1);
  EXPECT_FALSE(plan.value().ports[2].receives);
}

TEST(MakePlan, HasABufferForEveryPacketThatMayBeHeld) {
  DataPlaneOptions options = Inline(port::Driver::kAfPacket);
  const uint32_t before = MakePlan(options).value().packets;
  options.tables.held_packets += 1000;
  options.tables.fragments += 500;
  EXPECT_EQ(MakePlan(options).value().packets, before + 1500);
}

TEST(MakePlan, SaysHowManyMegabytesAreMissing) {
  DataPlaneOptions options = Inline(port::Driver::kAfPacket);
  options.memory.megabytes = 10;
  const Result<Plan> plan = MakePlan(options);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::kInvalidArgument);
}

TEST(ChooseProcessors, TakesTheFirstOneLast) {
  EXPECT_EQ(ChooseProcessors({}, {0, 1, 4}, 2).value(), (std::vector<int>{1, 4}));
  EXPECT_EQ(ChooseProcessors({}, {0, 1, 4}, 3).value(), (std::vector<int>{1, 4, 0}));
  EXPECT_EQ(ChooseProcessors({}, {3}, 2).value(), (std::vector<int>{3, 3}));
}

TEST(ChooseProcessors, RefusesThoseThatAreNotThere) {
  EXPECT_EQ(ChooseProcessors({2, 1}, {0, 1, 2}, 2).value(), (std::vector<int>{2, 1}));
  EXPECT_FALSE(ChooseProcessors({2, 9}, {0, 1, 2}, 2).ok());
  EXPECT_FALSE(ChooseProcessors({2}, {0, 1, 2}, 2).ok());
}

}  // namespace
}  // namespace sluice::runtime
