// What holds in both modes: order, repeats of what was seen, acceptance by the RFCs' clauses.
#include "tests/unit/dataplane/stream/stream_harness.h"

namespace sluice::stream {
namespace {

class BothModes : public ::testing::TestWithParam<Mode> {
 protected:
  bool IsInline() const { return GetParam() == Mode::kInline; }
};

std::string ModeName(const ::testing::TestParamInfo<Mode>& info) {
  return info.param == Mode::kTap ? "Tap" : "Inline";
}
INSTANTIATE_TEST_SUITE_P(TcpReassembler, BothModes, ::testing::Values(Mode::kTap, Mode::kInline), ModeName);

TEST_P(BothModes, DeliversInOrderWithoutCopy) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  const auto out = s.Data(3, "def");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kInOrder);
  EXPECT_EQ(out[0].run.data(), out[0].packet->Payload().data());
  EXPECT_EQ(out[0].run_offset, 3u);
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, KeepsDirectionsApart) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "question");
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 8, .payload = "answer"});
  EXPECT_EQ(s.stream(Direction::kUpload), "question");
  EXPECT_EQ(s.stream(Direction::kDownload), "answer");
}

TEST_P(BothModes, HoldsSegmentsAheadUntilTheHoleIsFilled) {
  StreamHarness s(GetParam());
  s.Open();
  EXPECT_TRUE(s.Data(3, "def").empty());
  EXPECT_TRUE(s.Data(6, "ghi").empty());
  EXPECT_EQ(s.reassembler().held_packets(), 2u);
  const auto out = s.Data(0, "abc");
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].note, SegmentNote::kInOrder);
  EXPECT_EQ(out[1].note, SegmentNote::kReordered);
  EXPECT_EQ(out[2].note, SegmentNote::kReordered);
  EXPECT_EQ(s.stream(), "abcdefghi");
}

TEST_P(BothModes, SortsSegmentsThatComeBackwards) {
  StreamHarness s(GetParam());
  s.Open();
  for (const char c : {'f', 'd', 'b', 'e', 'c'}) s.Data(static_cast<uint32_t>(c - 'a'), std::string(1, c));
  s.Data(0, "a");
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, CrossesTheWrapOfSequenceNumbers) {
  StreamHarness s(GetParam());
  s.Open(0xfffffffau);
  s.Data(0, "abc");
  s.Data(7, "hij");
  s.Data(3, "defg");
  s.Ack(10);
  s.Data(10, "kl");
  EXPECT_EQ(s.stream(), "abcdefghijkl");
  EXPECT_EQ(NextSequence(s.connection(), Direction::kUpload), s.client() + 12);
  EXPECT_EQ(SequenceAt(s.connection(), Direction::kUpload, 2), s.client() + 2);
}

TEST_P(BothModes, VerifiesARepeatByteForByte) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abcdef");
  const auto out = s.Data(0, "abcdef");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kRepeatVerified);
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_EQ(out[0].repeated_bytes, 6u);
  EXPECT_FALSE(out[0].is_anomaly);
}

TEST_P(BothModes, VerifiesRepeatsWithOtherBoundaries) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "defg");
  s.Data(7, "hi");
  EXPECT_EQ(s.Data(0, "abcdefghi")[0].note, SegmentNote::kRepeatVerified);  // coalesced
  EXPECT_EQ(s.Data(1, "b")[0].note, SegmentNote::kRepeatVerified);          // split
  EXPECT_EQ(s.Data(4, "efgh")[0].note, SegmentNote::kRepeatVerified);       // across a boundary
  EXPECT_EQ(s.Data(2, "cd")[0].note, SegmentNote::kRepeatVerified);         // back again
  EXPECT_EQ(s.stream(), "abcdefghi");
}

TEST_P(BothModes, DeliversTheNewPartOfAPartialRepeat) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abcd");
  const auto out = s.Data(2, "cdef");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].run.AsText(), "ef");
  EXPECT_EQ(out[0].repeated_bytes, 2u);
  EXPECT_EQ(s.Data(1, "bcdef")[0].note, SegmentNote::kRepeatVerified);
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, RetainsUntilAcknowledged) {
  StreamHarness s(GetParam());
  s.Open();
  EXPECT_TRUE(s.Data(0, "abc")[0].retained);
  s.Data(3, "def");
  EXPECT_EQ(s.reassembler().held_packets(), 2u);
  s.Ack(2);
  EXPECT_EQ(s.reassembler().held_packets(), 2u);
  s.Ack(3);
  EXPECT_EQ(s.reassembler().held_packets(), 1u);
  s.Ack(6);
  EXPECT_EQ(s.reassembler().held_packets(), 0u);
}

TEST_P(BothModes, DoesNotBelieveTheAckOfARejectedSegment) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  const auto out = s.Push({.direction = Direction::kDownload,
                           .seq = s.server() + (1u << 30) + 5,
                           .ack = s.client() + 3,
                           .payload = "far away"});
  EXPECT_EQ(out[0].note, SegmentNote::kOutOfWindow);
  EXPECT_EQ(s.reassembler().held_packets(), 1u);
  EXPECT_EQ(s.Data(0, "abc")[0].note, SegmentNote::kRepeatVerified);
}

TEST_P(BothModes, GivesUpTheOldestRetainedPacketOverTheLimit) {
  TcpOptions options = StreamHarness::WithMode(GetParam());
  options.max_retained_per_direction = 2;
  StreamHarness s(options);
  s.Open();
  s.Data(0, "ab");
  s.Data(2, "cd");
  s.Data(4, "ef");
  EXPECT_EQ(s.reassembler().held_packets(), 2u);
  EXPECT_EQ(s.reassembler().retained_given_up().value(), 1u);
  EXPECT_EQ(s.Data(2, "cdef")[0].note, SegmentNote::kRepeatVerified);
  EXPECT_EQ(s.Data(0, "ab")[0].note, SegmentNote::kUnverifiedRepeat);
}

TEST_P(BothModes, KeepsAQuarterOfTheWorkersLimitForPacketsOutOfOrder) {
  TcpOptions options = StreamHarness::WithMode(GetParam());
  options.max_held_packets = 8;
  StreamHarness s(options);
  s.Open();
  for (uint32_t i = 0; i < 10; ++i) s.Data(i, "x");
  EXPECT_EQ(s.reassembler().held_packets(), 6u);
  EXPECT_TRUE(s.Data(20, "held").empty());
  EXPECT_TRUE(s.Data(30, "held").empty());
  EXPECT_EQ(s.reassembler().held_packets(), 8u);
}

TEST_P(BothModes, RefusesSegmentsOutsideTheWindow) {
  TcpOptions options = StreamHarness::WithMode(GetParam());
  options.min_window = 1000;
  StreamHarness s(options);
  s.Open();
  s.Push(
      {.direction = Direction::kDownload, .seq = s.server(), .ack = s.client(), .window = 500});  // scaled by 4: 2000
  EXPECT_TRUE(s.Data(1999, "x").empty());
  const auto out = s.Data(2000, "x");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kOutOfWindow);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(out[0].rejected_bytes, 1u);
  EXPECT_EQ(out[0].action, IsInline() ? PacketAction::kReject : PacketAction::kForward);
}

TEST_P(BothModes, RefusesDataBeforeTheStreamBegan) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  EXPECT_EQ(s.Data(0u - 100, std::string(50, 'x'))[0].note, SegmentNote::kOutOfWindow);
}

TEST_P(BothModes, RefusesOldTimestamps) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .has_timestamp = true, .timestamp_value = 50});
  s.Push({.direction = Direction::kDownload,
          .seq = 200,
          .ack = 101,
          .flags = TcpFlag::kSyn | TcpFlag::kAck,
          .has_timestamp = true,
          .timestamp_value = 7,
          .timestamp_echo = 50});
  s.Push({.seq = 101, .ack = 201, .payload = "abc", .has_timestamp = true, .timestamp_value = 60});
  const auto out = s.Push({.seq = 104, .ack = 201, .payload = "XXX", .has_timestamp = true, .timestamp_value = 59});
  EXPECT_EQ(out[0].note, SegmentNote::kOldTimestamp);
  EXPECT_TRUE(out[0].is_anomaly);
  s.Push({.seq = 104, .ack = 201, .payload = "def", .has_timestamp = true, .timestamp_value = 60});
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, TimestampsWrapToo) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .ack = 1, .payload = "a", .has_timestamp = true, .timestamp_value = 0xfffffff0u});
  s.Push({.seq = 101, .ack = 1, .payload = "b", .has_timestamp = true, .timestamp_value = 5});
  EXPECT_EQ(s.stream(), "ab");
}

TEST_P(BothModes, IgnoresTimestampsThatWereNotAgreed) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .has_timestamp = true, .timestamp_value = 50});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = TcpFlag::kSyn | TcpFlag::kAck});
  s.Push({.seq = 101, .ack = 201, .payload = "abc", .has_timestamp = true, .timestamp_value = 1});
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(BothModes, AnOvertakenBareAckIsNoAnomalyAndSaysNothing) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .ack = 1, .payload = "a", .has_timestamp = true, .timestamp_value = 10});
  const auto out = s.Push({.seq = 101, .ack = 500, .has_timestamp = true, .timestamp_value = 9});
  EXPECT_EQ(out[0].note, SegmentNote::kControl);
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kDownload), 1u);
}

TEST_P(BothModes, RefusesDataWithoutAckFlag) {
  StreamHarness s(GetParam());
  s.Open();
  EXPECT_EQ(s.Data(0, "chaff", 0)[0].note, SegmentNote::kNoAckFlag);
  EXPECT_EQ(s.Data(0, "chaff", TcpFlag::kFin | TcpFlag::kPsh)[0].note, SegmentNote::kNoAckFlag);
  s.Data(0, "clean");
  EXPECT_EQ(s.stream(), "clean");
}

TEST_P(BothModes, RefusesAcknowledgementsOfWhatCannotHaveBeenSent) {
  StreamHarness s(GetParam());
  s.Open();
  const auto out = s.Push({.seq = s.client(), .ack = s.server() + 0x60000000u, .payload = "chaff"});
  EXPECT_EQ(out[0].note, SegmentNote::kBadAck);
  s.Data(0, "clean");
  EXPECT_EQ(s.stream(), "clean");
}

TEST_P(BothModes, ClosesWhenBothSidesSentFin) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "bye", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(s.connection().state, ConnectionState::kClosing);
  EXPECT_EQ(NextSequence(s.connection(), Direction::kUpload), s.client() + 4);
  s.Push({.direction = Direction::kDownload,
          .seq = s.server(),
          .ack = s.client() + 4,
          .flags = TcpFlag::kAck | TcpFlag::kFin});
  EXPECT_EQ(s.connection().state, ConnectionState::kClosed);
  EXPECT_EQ(s.Push({.seq = s.client() + 4, .ack = s.server() + 1})[0].note, SegmentNote::kControl);
  EXPECT_EQ(s.stream(), "bye");
}

TEST_P(BothModes, TheOtherDirectionGoesOnAfterFin) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "request", TcpFlag::kAck | TcpFlag::kFin);
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 8, .payload = "response"});
  EXPECT_EQ(s.stream(Direction::kDownload), "response");
}

TEST_P(BothModes, HoldsAFinUntilItsTurn) {
  StreamHarness s(GetParam());
  s.Open();
  EXPECT_TRUE(s.Data(6, "", TcpFlag::kAck | TcpFlag::kFin).empty());
  EXPECT_TRUE(s.Data(3, "def").empty());
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
  const auto out = s.Data(0, "abc");
  EXPECT_EQ(out.size(), 3u);
  EXPECT_EQ(s.connection().state, ConnectionState::kClosing);
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, TakesARepeatedFin) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin)[0].note, SegmentNote::kRepeatVerified);
  const auto out = s.Data(3, "", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(out[0].note, SegmentNote::kControl);
  EXPECT_FALSE(out[0].is_anomaly);
}

TEST_P(BothModes, AFinThatComesAfterItsDataWasRepeatedCounts) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(s.connection().state, ConnectionState::kClosing);
}

TEST_P(BothModes, AFinBehindTheEdgeIsAConflict) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abcdef");
  const auto out = s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(out[0].note, SegmentNote::kConflictingOverlap);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
}

TEST_P(BothModes, RefusesDataBeyondAFin) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  EXPECT_EQ(s.Data(4, "more")[0].note, SegmentNote::kDataAfterFin);
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(BothModes, AnExactResetCounts) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "", TcpFlag::kRst);
  EXPECT_EQ(s.connection().state, ConnectionState::kReset);
}

TEST_P(BothModes, AResetAtWhatWasAcknowledgedCounts) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Ack(0);
  s.Data(0, "", TcpFlag::kRst);  // "abc" is still on its way to the receiver
  EXPECT_EQ(s.connection().state, ConnectionState::kReset);
}

TEST_P(BothModes, AResetElsewhereInTheWindowChangesNothing) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  EXPECT_EQ(s.Data(100, "", TcpFlag::kRst)[0].note, SegmentNote::kControl);
  s.Data(3, "def");
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, RefusesAResetOutsideTheWindow) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  const auto out = s.Data(0x10000000u, "", TcpFlag::kRst | TcpFlag::kAck);
  EXPECT_EQ(out[0].note, SegmentNote::kBadReset);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
}

TEST_P(BothModes, ALateResetIsNoAnomaly) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  s.Ack(4);
  const auto out = s.Data(3, "", TcpFlag::kRst);  // the number before the FIN
  EXPECT_EQ(out[0].note, SegmentNote::kBadReset);
  EXPECT_FALSE(out[0].is_anomaly);
  EXPECT_EQ(s.connection().state, ConnectionState::kClosing);
}

TEST_P(BothModes, DataInFlightTowardsTheSenderOfAResetIsDelivered) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "stop", TcpFlag::kAck);
  s.Data(4, "", TcpFlag::kRst);
  const auto out =
      s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 4, .payload = "late"});
  EXPECT_EQ(out[0].note, SegmentNote::kInOrder);
  EXPECT_FALSE(out[0].is_anomaly);
}

TEST_P(BothModes, TextInAResetIsNotDelivered) {
  StreamHarness s(GetParam());
  s.Open();
  const auto out = s.Data(0, "secret", TcpFlag::kRst);
  EXPECT_TRUE(out[0].run.empty());
  EXPECT_EQ(out[0].rejected_bytes, 6u);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(out[0].packet->Payload().AsText(), IsInline() ? std::string_view("\0\0\0\0\0\0", 6) : "secret");
}

TEST_P(BothModes, TakesKeepAliveProbes) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Ack(3);
  EXPECT_EQ(s.Data(2, "")[0].note, SegmentNote::kKeepAlive);
  const auto garbage = s.Data(2, std::string_view("\0", 1));
  EXPECT_EQ(garbage[0].note, SegmentNote::kKeepAlive);
  EXPECT_EQ(garbage[0].unverified_bytes, 1u);
  EXPECT_EQ(garbage[0].action, PacketAction::kForward);
  EXPECT_FALSE(garbage[0].is_anomaly);
}

TEST_P(BothModes, TakesAKeepAliveBeforeAnyData) {
  StreamHarness s(GetParam());
  s.Open();
  s.Ack(0);
  EXPECT_EQ(s.Data(0u - 1, "")[0].note, SegmentNote::kKeepAlive);
  EXPECT_EQ(s.Data(0u - 1, "x")[0].note, SegmentNote::kKeepAlive);
}

TEST_P(BothModes, TakesZeroWindowProbes) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 3, .window = 0});
  s.Data(3, "d");  // refused by the receiver, which has no room
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 3, .window = 100});
  const auto out = s.Data(3, "def");
  EXPECT_EQ(out[0].repeated_bytes, 1u);
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(BothModes, PicksUpAConnectionMidway) {
  StreamHarness s(GetParam());
  s.Push({.direction = Direction::kDownload, .seq = 700, .ack = 300});
  s.Push({.seq = 300, .ack = 700, .payload = "mid"});
  s.Push({.direction = Direction::kDownload, .seq = 700, .ack = 303, .payload = "way"});
  EXPECT_TRUE(s.connection().midstream);
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
  EXPECT_EQ(s.stream(Direction::kUpload), "mid");
  EXPECT_EQ(s.stream(Direction::kDownload), "way");
}

TEST_P(BothModes, AKeepAliveDoesNotSayWhereAStreamBegins) {
  StreamHarness s(GetParam());
  s.Push({.seq = 299, .ack = 700});
  s.Push({.seq = 300, .ack = 700, .payload = "abc"});
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(BothModes, SkipsToWhatTheReceiverHasWhenMetMidway) {
  StreamHarness s(GetParam());
  s.Push({.seq = 300, .ack = 700, .payload = "abc"});  // a late repeat of what the receiver has
  s.Push({.seq = 400, .ack = 700, .payload = "def"});
  EXPECT_EQ(s.stream(), "abc");
  const auto out = s.Push({.direction = Direction::kDownload, .seq = 700, .ack = 400});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].note, SegmentNote::kGapSkipped);
  EXPECT_EQ(out[1].gap_before, 97u);
  EXPECT_EQ(out[1].run_offset, 100u);
}

TEST_P(BothModes, FlushGivesEverythingBack) {
  StreamHarness s(GetParam());
  s.Open();
  s.Data(0, "abc");
  s.Data(10, "jkl");
  s.Push({.direction = Direction::kDownload, .seq = s.server() + 5, .ack = s.client(), .payload = "late"});
  const auto out = s.Flush();
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].note, SegmentNote::kFlushed);
  if (IsInline()) {
    EXPECT_EQ(out[0].action, PacketAction::kReject);
    EXPECT_EQ(s.stream(), "abc");
  } else {
    EXPECT_EQ(out[0].gap_before, 7u);
    EXPECT_EQ(s.stream(), "abc???????jkl");
  }
}

TEST(TcpReassembler, RefusesOptionsThatMakeNoSense) {
  TcpOptions options;
  options.max_held_packets = 0;
  EXPECT_EQ(TcpReassembler::Create(options).error().code(), ErrorCode::kInvalidArgument);
  options = {};
  options.max_held_per_direction = 0;
  EXPECT_FALSE(TcpReassembler::Create(options).ok());
  options = {};
  options.max_retained_per_direction = 0;
  EXPECT_FALSE(TcpReassembler::Create(options).ok());
  options = {};
  options.min_window = (1u << 30) + 1;
  EXPECT_FALSE(TcpReassembler::Create(options).ok());
  options = {};
  options.gap_timeout = std::chrono::nanoseconds(0);
  EXPECT_FALSE(TcpReassembler::Create(options).ok());
}

TEST(SegmentNote, EveryNoteHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(SegmentNote::kCount); ++i) names.insert(Name(static_cast<SegmentNote>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(SegmentNote::kCount));
  EXPECT_EQ(Name(SegmentNote::kConflictingOverlap), "conflicting_overlap");
  EXPECT_EQ(Name(SegmentNote::kFlushed), "flushed");
}

}  // namespace
}  // namespace sluice::stream
