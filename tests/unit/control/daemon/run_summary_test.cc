#include "control/daemon/run_summary.h"

#include <gtest/gtest.h>

namespace sluice::daemon {
namespace {

pipeline::Totals Seen(uint64_t inspected, uint64_t not_ip, uint64_t received) {
  pipeline::Totals totals;
  totals.bytes = received;
  totals.fates[static_cast<size_t>(content::Fate::kInspected)] = inspected;
  totals.fates[static_cast<size_t>(content::Fate::kNotIp)] = not_ip;
  return totals;
}

TEST(Summarise, ShowsThatCoverageAddsUp) {
  const std::string text = Summarise(Seen(900, 100, 1000));
  EXPECT_NE(text.find("coverage: 900 bytes inspected, 0 decoded, 100 not: not_ip; sum 1000 of 1000 bytes received\n"), std::string::npos) << text;
}

TEST(Summarise, SaysSoWhereItDoesNot) {
  EXPECT_NE(Summarise(Seen(900, 0, 1000)).find("should be equal"), std::string::npos);
}

TEST(Summarise, NamesDropsOnlyWhereThereAreSome) {
  pipeline::Totals totals = Seen(0, 0, 0);
  EXPECT_EQ(Summarise(totals).find("dropped"), std::string::npos);
  totals.drops["transmit_full"] = 7;
  EXPECT_NE(Summarise(totals).find("dropped: transmit_full 7\n"), std::string::npos);
}

}  // namespace
}  // namespace sluice::daemon
