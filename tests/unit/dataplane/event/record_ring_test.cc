#include "dataplane/event/record_ring.h"

#include <thread>

namespace sluice::event {
namespace {

TEST(RecordRing, GivesRecordsInOrder) {
  RecordRing ring(4);
  EXPECT_EQ(ring.Front(), nullptr);
  for (uint64_t i = 0; i < 3; ++i) {
    Record* record = ring.Claim(RecordKind::kAnomaly);
    ASSERT_NE(record, nullptr);
    record->rank.packet_index = i;
    ring.Publish();
  }
  EXPECT_EQ(ring.size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) {
    const Record* record = ring.Front();
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->kind, RecordKind::kAnomaly);
    EXPECT_EQ(record->rank.packet_index, i);
    ring.Pop();
  }
  EXPECT_EQ(ring.Front(), nullptr);
  EXPECT_EQ(ring.published().value(RecordKind::kAnomaly), 3u);
}

TEST(RecordRing, ShowsNothingBeforeItIsPublished) {
  RecordRing ring(4);
  ASSERT_NE(ring.Claim(RecordKind::kObject), nullptr);
  EXPECT_EQ(ring.Front(), nullptr);
  // Claimed again as another kind, since it was not published.
  ASSERT_NE(ring.Claim(RecordKind::kFlow), nullptr);
  ring.Publish();
  ASSERT_NE(ring.Front(), nullptr);
  EXPECT_EQ(ring.Front()->kind, RecordKind::kFlow);
  EXPECT_EQ(ring.published().Sum(), 1u);
}

TEST(RecordRing, CountsByKindWhatFindsNoRoom) {
  RecordRing ring(2);
  for (int i = 0; i < 2; ++i) {
    ASSERT_NE(ring.Claim(RecordKind::kFlow), nullptr);
    ring.Publish();
  }
  EXPECT_EQ(ring.Claim(RecordKind::kFinding), nullptr);
  EXPECT_EQ(ring.Claim(RecordKind::kFlow), nullptr);
  EXPECT_EQ(ring.Claim(RecordKind::kFlow), nullptr);
  EXPECT_EQ(ring.lost().value(RecordKind::kFinding), 1u);
  EXPECT_EQ(ring.lost().value(RecordKind::kFlow), 2u);
  ASSERT_NE(ring.Front(), nullptr);
  ring.Pop();
  EXPECT_NE(ring.Claim(RecordKind::kFinding), nullptr);
}

TEST(RecordRing, ResetsAClaimedRecord) {
  RecordRing ring(2);
  for (int i = 0; i < 3; ++i) {
    Record* record = ring.Claim(RecordKind::kObject);
    ASSERT_NE(record, nullptr);
    EXPECT_TRUE(record->body.object.object.name.empty());
    EXPECT_EQ(record->flow.id, 0u);
    record->body.object.object.name.Assign("left over");
    record->flow.id = 1;
    ring.Publish();
    ASSERT_NE(ring.Front(), nullptr);
    ring.Pop();
  }
}

TEST(RecordRing, CarriesEveryRecordBetweenTwoThreads) {
  constexpr uint64_t kRecords = 50000;
  RecordRing ring(64);
  std::thread producer([&] {
    for (uint64_t i = 0; i < kRecords;) {
      Record* record = ring.Claim(RecordKind::kFinding);
      if (record == nullptr) {
        std::this_thread::yield();
        continue;
      }
      record->rank.packet_index = i;
      record->body.finding.rule.Assign(std::to_string(i));
      ring.Publish();
      ++i;
    }
  });
  uint64_t seen = 0, wrong = 0;
  while (seen < kRecords) {
    const Record* record = ring.Front();
    if (record == nullptr) {
      std::this_thread::yield();
      continue;
    }
    wrong += record->rank.packet_index != seen || record->body.finding.rule.view() != std::to_string(seen);
    ring.Pop();
    ++seen;
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(ring.published().value(RecordKind::kFinding), kRecords);
  EXPECT_EQ(ring.size(), 0u);
}

}  // namespace
}  // namespace sluice::event
