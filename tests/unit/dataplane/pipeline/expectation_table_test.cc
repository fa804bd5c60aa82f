#include "dataplane/pipeline/expectation_table.h"

#include <gtest/gtest.h>

namespace sluice::pipeline {
namespace {

Endpoint At(uint16_t port) {
  const uint8_t address[4] = {10, 0, 0, 1};
  return {packet::IpAddress::FromV4(address), port, packet::Transport::kTcp};
}
Timestamp Second(int64_t seconds) { return Timestamp::FromNanoseconds(seconds * 1'000'000'000); }

class ExpectationTableTest : public testing::Test {
 protected:
  uint64_t Count(PipelineCounter counter) const { return statistics.counters.value(counter); }

  Statistics statistics;
  ExpectationTable table = ExpectationTable::Create(&statistics).value();
};

TEST_F(ExpectationTableTest, MeetsWhatWasAnnouncedOnce) {
  table.Announce(At(20), Second(1))->name.Assign("plan.dwg");
  EXPECT_EQ(table.Meet(At(21), Second(2)), nullptr);
  ExpectedFlow* met = table.Meet(At(20), Second(2));
  ASSERT_NE(met, nullptr);
  EXPECT_EQ(met->name.view(), "plan.dwg");
  EXPECT_EQ(table.Meet(At(20), Second(2)), nullptr);
  table.Find(At(20))->name.Assign("said later");
  EXPECT_EQ(met->name.view(), "said later");
  table.Give(met);
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(Count(PipelineCounter::kExpectationsMet), 1u);
}

TEST_F(ExpectationTableTest, LeavesAMetOneAloneWhenItsPortIsAnnouncedAgain) {
  table.Announce(At(20), Second(1))->name.Assign("first");
  ExpectedFlow* first = table.Meet(At(20), Second(1));
  table.Announce(At(20), Second(2))->name.Assign("second");
  EXPECT_EQ(first->name.view(), "first");
  ExpectedFlow* second = table.Meet(At(20), Second(2));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->name.view(), "second");
  table.Give(first);
  table.Give(second);
  EXPECT_TRUE(table.empty());
}

TEST_F(ExpectationTableTest, LosesPatience) {
  table.Announce(At(20), Second(1));
  EXPECT_EQ(table.Meet(At(20), Second(100)), nullptr);
  table.Announce(At(21), Second(100));
  EXPECT_EQ(Count(PipelineCounter::kExpectationsUnmet), 1u);
  EXPECT_EQ(table.Find(At(20)), nullptr);
}

TEST_F(ExpectationTableTest, ForgetsTheOldestWhenItIsFull) {
  for (uint32_t i = 0; i <= ExpectationTable::kCapacity; ++i) ASSERT_NE(table.Announce(At(static_cast<uint16_t>(1000 + i)), Second(1)), nullptr);
  EXPECT_EQ(Count(PipelineCounter::kExpectationTableFull), 1u);
  EXPECT_EQ(table.Find(At(1000)), nullptr);
  EXPECT_NE(table.Find(At(1001)), nullptr);
}

TEST_F(ExpectationTableTest, RefusesWhenEveryOneIsUnderWay) {
  for (uint32_t i = 0; i < ExpectationTable::kCapacity; ++i) {
    const Endpoint at = At(static_cast<uint16_t>(1000 + i));
    table.Announce(at, Second(1));
    ASSERT_NE(table.Meet(at, Second(1)), nullptr);
  }
  EXPECT_EQ(table.Announce(At(1), Second(1)), nullptr);
  EXPECT_EQ(Count(PipelineCounter::kExpectationTableFull), 1u);
}

}  // namespace
}  // namespace sluice::pipeline
