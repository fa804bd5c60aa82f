#include "dataplane/event/record.h"

#include <cstring>
#include <memory>

#include "tests/unit/dataplane/event/sample_records.h"

namespace sluice::event {
namespace {

TEST(Record, IsCopiedByteForByte) {
  const auto record = std::make_unique<Record>(SampleRecord(RecordKind::kFinding));
  Record copy;
  std::memcpy(static_cast<void*>(&copy), record.get(), sizeof copy);
  EXPECT_EQ(copy.body.finding.rule.view(), "cn.secret");
  EXPECT_EQ(copy.flow.app, "http");
}

TEST(Record, ResetLeavesNothingOfTheFormerUse) {
  Record record = SampleRecord(RecordKind::kFinding);
  record.rank = {5, 6, 7};
  Reset(record, RecordKind::kFlow);
  EXPECT_EQ(record.kind, RecordKind::kFlow);
  EXPECT_EQ(record.rank, Rank{});
  EXPECT_EQ(record.time, Timestamp());
  EXPECT_EQ(record.flow.id, 0u);
  EXPECT_EQ(record.generation, 0u);
  EXPECT_TRUE(record.body.flow.host.empty());
  EXPECT_EQ(record.body.flow.fates, content::FateBytes{});
  record = SampleRecord(RecordKind::kFlow);
  for (const auto kind : {RecordKind::kFinding, RecordKind::kAnomaly, RecordKind::kObject}) {
    Reset(record, kind);
    const ObjectRef& object = kind == RecordKind::kFinding   ? record.body.finding.object
                              : kind == RecordKind::kAnomaly ? record.body.anomaly.object
                                                             : record.body.object.object;
    EXPECT_EQ(object.number, 0u);
    EXPECT_TRUE(object.path.empty());
    EXPECT_FALSE(object.has_sha256);
  }
}

TEST(Record, OrdersByPacketThenOrderThenSequence) {
  EXPECT_LT((Rank{1, 9, 9}), (Rank{2, 0, 0}));
  EXPECT_LT((Rank{1, 1, 9}), (Rank{1, 2, 0}));
  EXPECT_LT((Rank{1, 1, 1}), (Rank{1, 1, 2}));
}

TEST(Record, PathElementWithALineBreakStaysOneElement) {
  ObjectRef object;
  AppendPathElement(object, "zip:a\nb\n");
  AppendPathElement(object, "text");
  EXPECT_EQ(object.path.view(), "zip:a\xef\xbf\xbd" "b\xef\xbf\xbd\ntext");
}

}  // namespace
}  // namespace sluice::event
