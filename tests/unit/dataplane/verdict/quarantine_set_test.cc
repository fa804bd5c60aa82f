// What a set holds back, and that it counts by entry and worker.
#include "dataplane/verdict/quarantine_set.h"

#include <gtest/gtest.h>

namespace sluice::verdict {
namespace {

packet::IpAddress Address(uint32_t number) {
  const uint8_t bytes[4] = {static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8),
                            static_cast<uint8_t>(number)};
  return packet::IpAddress::FromV4(bytes);
}

TEST(QuarantineSet, HoldsBackExactlyWhatItsEntriesSay) {
  const QuarantineSet set({{QuarantineKind::kFlow, {}, {}, 77},
                           {QuarantineKind::kSource, Address(1), {}, 0},
                           {QuarantineKind::kDestination, {}, Address(2), 0},
                           {QuarantineKind::kPair, Address(3), Address(4), 0}},
                          1, 1);
  EXPECT_EQ(set.Find(Address(9), Address(9), 77), 0u);
  EXPECT_EQ(set.Find(Address(1), Address(9), 1), 1u);
  EXPECT_EQ(set.Find(Address(9), Address(2), 1), 2u);
  EXPECT_EQ(set.Find(Address(3), Address(4), 1), 3u);
  EXPECT_EQ(set.Find(Address(2), Address(1), 1), QuarantineSet::kNone) << "directions differ";
  EXPECT_EQ(set.Find(Address(4), Address(3), 1), QuarantineSet::kNone);
  EXPECT_EQ(set.Find(Address(3), Address(9), 1), QuarantineSet::kNone);
}

TEST(QuarantineSet, FindsEachOfManyAndNothingElse) {
  std::vector<QuarantineSubject> subjects;
  for (uint32_t i = 0; i < 100'000; ++i) subjects.push_back({QuarantineKind::kPair, Address(i), Address(~i), 0});
  const QuarantineSet set(subjects, 1, 2);
  for (uint32_t i = 0; i < 100'000; ++i) ASSERT_EQ(set.Find(Address(i), Address(~i), 0), i);
  for (uint32_t i = 0; i < 100'000; ++i) ASSERT_EQ(set.Find(Address(i), Address(~i - 1), 0), QuarantineSet::kNone);
}

TEST(QuarantineSet, MayBeEmpty) {
  const QuarantineSet set({}, 3, 2);
  EXPECT_EQ(set.Find(Address(1), Address(2), 3), QuarantineSet::kNone);
  EXPECT_EQ(set.generation(), 3u);
}

TEST(QuarantineSet, AddsUpWhatItsWorkersDropped) {
  const QuarantineSet set({{QuarantineKind::kSource, Address(1), {}, 0}, {QuarantineKind::kSource, Address(2), {}, 0}}, 1, 3);
  set.CountDrop(0, 1, 100);
  set.CountDrop(2, 1, 50);
  EXPECT_EQ(set.DroppedBy(1).packets, 2u);
  EXPECT_EQ(set.DroppedBy(1).bytes, 150u);
  EXPECT_EQ(set.DroppedBy(0).packets, 0u);
}

}  // namespace
}  // namespace sluice::verdict
