#include "dataplane/extract/result_reader.h"

#include <array>
#include <cstring>

namespace sluice::extract {
namespace {

using Status = ResultReader::Status;

class Ring {
 public:
  explicit Ring(size_t bytes = 64) : bytes_(bytes) {}

  void Put(const RecordHead& head, std::string_view payload = {}) {
    PutBytes({reinterpret_cast<const char*>(&head), sizeof(head)});
    PutBytes(payload);
  }
  void PutBytes(std::string_view bytes) {
    for (const char c : bytes) bytes_[written++ % bytes_.size()] = static_cast<uint8_t>(c);
  }
  ResultReader Reader() { return {{bytes_.data(), bytes_.size()}, &written}; }

  std::atomic<uint64_t> written{0};

 private:
  std::vector<uint8_t> bytes_;
};

TEST(ResultReader, ReadsRecordsThatWrapAroundTheEndOfTheRing) {
  Ring ring(64);
  ResultReader reader = ring.Reader();
  std::array<uint8_t, 64> into{};
  for (uint32_t i = 0; i < 50; ++i) {
    const std::string payload(i % 30, static_cast<char>('a' + i % 26));
    ring.Put({i, RecordKind::kData, static_cast<uint32_t>(payload.size()), Outcome::kComplete}, payload);
    RecordHead head;
    ASSERT_EQ(reader.Next(head), Status::kRecord);
    EXPECT_EQ(head.order, i);
    EXPECT_EQ(reader.TakePayload(into).AsText(), payload);
    EXPECT_EQ(reader.Next(head), Status::kNothing);
  }
}

TEST(ResultReader, HandsAPayloadOutInPartsAndPassesOverWhatIsLeft) {
  Ring ring;
  ResultReader reader = ring.Reader();
  ring.Put({1, RecordKind::kData, 6, Outcome::kComplete}, "abcdef");
  ring.Put({2, RecordKind::kDone, 0, Outcome::kComplete});
  std::array<uint8_t, 2> into{};
  RecordHead head;
  ASSERT_EQ(reader.Next(head), Status::kRecord);
  EXPECT_EQ(reader.TakePayload(into).AsText(), "ab");
  EXPECT_EQ(reader.TakePayload(into).AsText(), "cd");
  ASSERT_EQ(reader.Next(head), Status::kRecord);
  EXPECT_EQ(head.order, 2u);
}

TEST(ResultReader, NeverBelievesAStranger) {
  const RecordHead good{1, RecordKind::kData, 0, Outcome::kComplete};
  const std::vector<std::pair<const char*, RecordHead>> lies = {
      {"an unknown kind", {1, static_cast<RecordKind>(77), 0, Outcome::kComplete}},
      {"an unknown outcome", {1, RecordKind::kDone, 0, static_cast<Outcome>(1000)}},
      {"a payload that was not written", {1, RecordKind::kData, 1, Outcome::kComplete}},
      {"a payload larger than any", {1, RecordKind::kData, UINT32_MAX, Outcome::kComplete}},
  };
  for (const auto& [what, lie] : lies) {
    Ring ring;
    ResultReader reader = ring.Reader();
    ring.Put(lie);
    RecordHead head;
    EXPECT_EQ(reader.Next(head), Status::kViolation) << what;
    ring.Put(good);
    EXPECT_EQ(reader.Next(head), Status::kViolation) << what << ": there is no way back to trust";
  }
}

TEST(ResultReader, RefusesPositionsThatCannotBe) {
  for (const uint64_t written : {uint64_t{3}, uint64_t{15}, uint64_t{65}, UINT64_MAX}) {
    Ring ring(64);
    ResultReader reader = ring.Reader();
    ring.written = written;
    RecordHead head;
    EXPECT_EQ(reader.Next(head), Status::kViolation) << written;
  }
}

}  // namespace
}  // namespace sluice::extract
