#include "dataplane/replay/checksum_survey.h"

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace sluice::replay {
namespace {

using test::FrameBuilder;
using test::PacketStore;

packet::Packet* From(PacketStore& store, const std::string& src, bool bad) {
  return store.Add(FrameBuilder().Ethernet().Ipv4({.src = src}).Tcp({.bad_checksum = bad}).Payload("data").Build());
}

TEST(ChecksumSurvey, TrustsHostsWhoseEveryChecksumIsWrong) {
  PacketStore store;
  ChecksumSurvey survey;
  packet::Packet* offloaded = From(store, "10.0.0.1", true);
  packet::Packet* evader_bad = From(store, "10.0.0.2", true);
  packet::Packet* evader_good = From(store, "10.0.0.2", false);
  for (packet::Packet* packet : {offloaded, evader_bad, evader_good}) survey.Look(*packet);
  const auto hosts = survey.Finish();
  ASSERT_EQ(hosts.size(), 1u);
  EXPECT_EQ(packet::Format(hosts[0].first), "10.0.0.1");
  EXPECT_EQ(hosts[0].second, 1u);
  EXPECT_TRUE(survey.IsOffloaded(*offloaded));
  EXPECT_FALSE(survey.IsOffloaded(*evader_bad));
  EXPECT_FALSE(survey.IsOffloaded(*evader_good));
}

TEST(ChecksumSurvey, PacketsThatCannotBeJudgedDoNotCount) {
  PacketStore store;
  ChecksumSurvey survey;
  packet::Packet* cut = store.AddCut(FrameBuilder().Ethernet().Ipv4().Tcp({.bad_checksum = true}).Payload("data and more").Build(), 60);
  survey.Look(*cut);
  EXPECT_TRUE(survey.Finish().empty());
}

}  // namespace
}  // namespace sluice::replay
