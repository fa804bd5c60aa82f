#include "control/metrics/talkers.h"

#include <gtest/gtest.h>

namespace sluice::metrics {
namespace {

packet::IpAddress Address(uint32_t number) {
  const uint8_t bytes[4] = {10, static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  return packet::IpAddress::FromV4(bytes);
}

event::Record FlowOf(uint32_t client, uint32_t destination, uint64_t bytes) {
  event::Record record;
  event::Reset(record, event::RecordKind::kFlow);
  record.flow.src = Address(client);
  record.flow.dst = Address(destination);
  record.body.flow.totals[0].bytes = bytes;
  record.body.flow.final = true;
  return record;
}

TEST(Talkers, ShowsTheGreatestFirst) {
  Talkers talkers;
  talkers.ObserveFlow(FlowOf(1, 100, 10));
  talkers.ObserveFlow(FlowOf(2, 100, 30));
  talkers.ObserveFlow(FlowOf(1, 101, 5));
  event::Record finding;
  event::Reset(finding, event::RecordKind::kFinding);
  finding.flow.src = Address(1);
  talkers.Observe(finding, "");
  const auto clients = talkers.Clients(10);
  ASSERT_EQ(clients.size(), 2u);
  EXPECT_EQ(clients[0].address, Address(2));
  EXPECT_EQ(clients[1].bytes, 15u);
  EXPECT_EQ(clients[1].flows, 2u);
  EXPECT_EQ(clients[1].findings, 1u);
  EXPECT_EQ(talkers.Destinations(1)[0].bytes, 40u);
}

TEST(Talkers, KeepsTheGreatestWhateverComesAndNeverMoreThanItsPlaces) {
  Talkers talkers;
  for (uint32_t i = 0; i < 20'000; ++i) {
    talkers.ObserveFlow(FlowOf(7, 9, 1000));
    talkers.ObserveFlow(FlowOf(1000 + i, 1000 + i, 10));
  }
  const auto clients = talkers.Clients(100'000);
  EXPECT_EQ(clients.size(), Talkers::kPlaces);
  EXPECT_EQ(clients[0].address, Address(7));
  EXPECT_EQ(clients[0].bytes, 20'000'000u);
  EXPECT_EQ(clients[0].bytes_of_others, 0u);
  EXPECT_GT(clients[1].bytes_of_others, 0u) << "what a place inherited is said";
  EXPECT_LE(clients[1].bytes - clients[1].bytes_of_others, 10u);
}

TEST(Talkers, ForgetsWhoFallsSilent) {
  Talkers talkers;
  talkers.ObserveFlow(FlowOf(1, 2, 8));
  talkers.Halve();
  EXPECT_EQ(talkers.Clients(1)[0].bytes, 4u);
  for (int i = 0; i < 4; ++i) talkers.Halve();
  EXPECT_TRUE(talkers.Clients(1).empty());
}

}  // namespace
}  // namespace sluice::metrics
