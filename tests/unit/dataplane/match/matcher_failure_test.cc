// What the matcher does when the library refuses: every return code is read, counted and survived.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "dataplane/match/hyperscan_calls.h"
#include "dataplane/match/matcher.h"
#include "tests/unit/dataplane/match/policy_builder.h"

namespace sluice::match {
namespace {

// The next calls of each kind that fail, and with what.
struct Failures {
  int open = 0, scan = 0, reset = 0;
  bool open_elsewhere = false;
  hs_error_t code = HS_SCRATCH_IN_USE;
};
Failures failures;

hs_error_t Open(const hs_database_t* database, unsigned flags, hs_stream_t** stream) {
  if (failures.open > 0 && failures.open-- > 0) return HS_NOMEM;
  if (!failures.open_elsewhere) return hs_open_stream(database, flags, stream);
  // As another allocator would: not where it was told.
  hs_stream_t* in_place = nullptr;
  const hs_error_t code = hs_open_stream(database, flags, &in_place);
  return code != HS_SUCCESS ? code : hs_copy_stream(stream, in_place);
}
hs_error_t Scan(hs_stream_t* stream, const char* data, unsigned length, unsigned flags, hs_scratch_t* scratch,
                match_event_handler handler, void* context) {
  if (failures.scan > 0 && failures.scan-- > 0) return failures.code;
  return hs_scan_stream(stream, data, length, flags, scratch, handler, context);
}
hs_error_t Reset(hs_stream_t* stream, unsigned flags, hs_scratch_t* scratch, match_event_handler handler, void* context) {
  if (failures.reset > 0 && failures.reset-- > 0) return failures.code;
  return hs_reset_stream(stream, flags, scratch, handler, context);
}
constexpr HyperscanCalls kCalls{&Open, &Scan, &Reset};

class MatcherFailure : public testing::Test {
 protected:
  void SetUp() override {
    failures = {};
    test::PolicyBuilder builder;
    const auto detector = builder.AddDetector("d");
    builder.AddLiteral(detector, "SECRET");
    builder.AddExpression(detector, "[0-9]{4}-[0-9]{2}");
    policy_ = builder.Build();
    auto created = Matcher::Create(policy_, {.max_streams = 2, .calls = &kCalls});
    ASSERT_TRUE(created.ok()) << created.error().message();
    matcher_ = std::move(*created);
  }
  void TearDown() override { failures = {}; }
  uint64_t Failed() const { return matcher_->counters().value(MatchCounter::kScanFailed); }
  ScanStatus Scan(MatchStream* stream, std::string_view text) { return matcher_->Scan(*stream, ByteView(text), hits_); }

  std::shared_ptr<const bundle::Bundle> policy_;
  std::unique_ptr<Matcher> matcher_;
  HitList hits_;
};

TEST_F(MatcherFailure, ReportsEveryErrorCodeAndGoesOnBehindTheLostBytes) {
  for (const hs_error_t code : {HS_INVALID, HS_NOMEM, HS_SCAN_TERMINATED, HS_DB_PLATFORM_ERROR, HS_BAD_ALIGN, HS_SCRATCH_IN_USE,
                                HS_ARCH_ERROR, HS_INSUFFICIENT_SPACE, HS_UNKNOWN_ERROR}) {
    const uint64_t failed_before = Failed();
    MatchStream* stream = matcher_->Open();
    ASSERT_EQ(Scan(stream, "SEC"), ScanStatus::kOk);
    failures.code = code;
    failures.scan = 1;
    EXPECT_EQ(Scan(stream, "RET"), ScanStatus::kFailed) << code;
    EXPECT_EQ(Failed(), failed_before + 1);
    ASSERT_EQ(Scan(stream, "RET SECRET"), ScanStatus::kOk) << code;
    ASSERT_EQ(hits_.hits().size(), 1u);
    EXPECT_EQ(hits_.hits()[0].end, 16u);
    EXPECT_EQ(matcher_->Close(stream, hits_), ScanStatus::kOk);
  }
}

TEST_F(MatcherFailure, KeepsTheHitsOfTheDatabaseThatDidScan) {
  MatchStream* stream = matcher_->Open();
  static int calls;
  calls = 0;
  // The second database fails: the table's entry counts.
  constexpr HyperscanCalls second_fails{&Open,
                                        [](hs_stream_t* id, const char* data, unsigned length, unsigned flags, hs_scratch_t* scratch,
                                           match_event_handler handler, void* context) {
                                          return ++calls == 2 ? HS_INVALID
                                                              : hs_scan_stream(id, data, length, flags, scratch, handler, context);
                                        },
                                        &Reset};
  auto matcher = Matcher::Create(policy_, {.max_streams = 1, .calls = &second_fails});
  ASSERT_TRUE(matcher.ok());
  EXPECT_EQ((*matcher)->ScanWhole(ByteView(std::string_view("SECRET 2024-01")), hits_), ScanStatus::kFailed);
  EXPECT_EQ(hits_.hits().size(), 1u);
  EXPECT_EQ((*matcher)->ScanWhole(ByteView(std::string_view("SECRET 2024-01")), hits_), ScanStatus::kOk);
  EXPECT_EQ(hits_.hits().size(), 2u);
  matcher_->Abandon(stream);
}

TEST_F(MatcherFailure, NeverUsesAStreamAgainThatWouldNotReset) {
  MatchStream* first = matcher_->Open();
  failures.reset = 1;
  EXPECT_EQ(matcher_->Close(first, hits_), ScanStatus::kFailed);
  EXPECT_NE(matcher_->Open(), nullptr);
  EXPECT_EQ(matcher_->Open(), nullptr);  // two slots: one is retired, one is open
}

TEST_F(MatcherFailure, SaysForEveryRunThatABrokenStreamFailed) {
  MatchStream* stream = matcher_->Open();
  failures.scan = 1;
  failures.reset = 1;
  EXPECT_EQ(Scan(stream, "SECRET"), ScanStatus::kFailed);
  EXPECT_EQ(Scan(stream, "SECRET"), ScanStatus::kFailed);
  EXPECT_TRUE(hits_.hits().empty());
  EXPECT_EQ(matcher_->Close(stream, hits_), ScanStatus::kFailed);
  EXPECT_EQ(Failed(), 3u);
}

TEST_F(MatcherFailure, RetiresAStreamThatAbandonCannotReset) {
  MatchStream* stream = matcher_->Open();
  failures.reset = 1;
  matcher_->Abandon(stream);
  EXPECT_NE(matcher_->Open(), nullptr);
  EXPECT_EQ(matcher_->Open(), nullptr);
}

TEST_F(MatcherFailure, CountsWhenTheLibraryWillNotOpen) {
  failures.open = 1;
  EXPECT_EQ(matcher_->Open(), nullptr);
  EXPECT_EQ(matcher_->counters().value(MatchCounter::kOpenFailed), 1u);
  EXPECT_EQ(matcher_->counters().value(MatchCounter::kPoolEmpty), 0u);
  EXPECT_NE(matcher_->Open(), nullptr);
}

TEST_F(MatcherFailure, RefusesAStreamThatLiesOutsideItsSlot) {
  failures.open_elsewhere = true;
  EXPECT_EQ(matcher_->Open(), nullptr);
  EXPECT_EQ(matcher_->counters().value(MatchCounter::kOpenFailed), 1u);
}

TEST_F(MatcherFailure, SaysSoWhenTheStreamForWholeObjectsCannotBeOpened) {
  failures.open = 1;
  EXPECT_FALSE(Matcher::Create(policy_, {.max_streams = 1, .calls = &kCalls}).ok());
}

TEST_F(MatcherFailure, RecoversTheStreamForWholeObjectsAfterAFailedScan) {
  failures.scan = 1;
  EXPECT_EQ(matcher_->ScanWhole(ByteView(std::string_view("SECRET")), hits_), ScanStatus::kFailed);
  EXPECT_EQ(matcher_->ScanWhole(ByteView(std::string_view("SECRET")), hits_), ScanStatus::kOk);
  EXPECT_EQ(hits_.hits().size(), 1u);
}

}  // namespace
}  // namespace sluice::match
