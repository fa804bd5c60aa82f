// The passive observer: gaps, and second readings that must not be silent.
#include "tests/unit/dataplane/stream/stream_harness.h"

namespace sluice::stream {
namespace {

TEST(TcpReassembler, TapHandsOutTheOtherReadingOfARepeatThatDisagrees) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abcdef");
  const auto out = s.Data(2, "XXXX");
  EXPECT_EQ(out[0].note, SegmentNote::kConflictingOverlap);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(out[0].alternative.AsText(), "XXXX");
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST(TcpReassembler, TapDeliversTheNewPartBehindAConflict) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abcd");
  const auto out = s.Data(2, "XXef");
  EXPECT_EQ(out[0].alternative.AsText(), "XX");
  EXPECT_EQ(out[0].run.AsText(), "ef");
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(s.stream(), "abcdef");
}

// The captures of the fragroute family: 16 bytes of chaff ahead of the 32 bytes that the receiver takes.
TEST(TcpReassembler, TapReadsInOrderBytesOverChaffThatWasAhead) {
  StreamHarness s(Mode::kTap);
  s.Open();
  for (uint32_t i = 0; i < 4; ++i) {
    s.Data(i * 4 + 2, "##");
    const auto out = s.Data(i * 4, "abcd");
    ASSERT_EQ(out.size(), 2u);
    EXPECT_EQ(out[1].note, SegmentNote::kConflictingOverlap);
    EXPECT_EQ(out[1].alternative.AsText(), "##");
  }
  EXPECT_EQ(s.stream(), "abcdabcdabcdabcd");
}

TEST(TcpReassembler, TapHandsOutRepeatsThatAreNoLongerHeld) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Ack(3);
  const auto out = s.Data(0, "XYZ");
  EXPECT_EQ(out[0].note, SegmentNote::kUnverifiedRepeat);
  EXPECT_EQ(out[0].alternative.AsText(), "XYZ");
  EXPECT_FALSE(out[0].is_anomaly);
}

TEST(TcpReassembler, TapWithoutRetentionHandsOutEveryRepeat) {
  TcpOptions options = StreamHarness::WithMode(Mode::kTap);
  options.retain_in_tap = false;
  StreamHarness s(options);
  s.Open();
  EXPECT_FALSE(s.Data(0, "abc")[0].retained);
  EXPECT_EQ(s.Data(0, "abc")[0].alternative.AsText(), "abc");
}

TEST(TcpReassembler, TapSkipsAHoleThatTheReceiverAcknowledged) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Data(8, "ijk");
  const auto out = s.Ack(11);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].note, SegmentNote::kGapSkipped);
  EXPECT_EQ(out[1].gap_before, 5u);
  EXPECT_TRUE(out[1].is_anomaly);
  EXPECT_EQ(s.stream(), "abc?????ijk");
}

TEST(TcpReassembler, TapSkipsAtOnceWhenTheAckCameFirst) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Ack(8);
  EXPECT_EQ(s.Data(8, "ijk")[0].gap_before, 5u);
}

TEST(TcpReassembler, TapDoesNotSkipAHoleThatIsAcknowledgedInPart) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(8, "ijk");
  s.Ack(5);
  EXPECT_EQ(s.stream(), "");
  s.Data(0, "abcdefgh");
  EXPECT_EQ(s.stream(), "abcdefghijk");
}

TEST(TcpReassembler, TapGoesOnBehindALossLargerThanTheWindow) {
  TcpOptions options = StreamHarness::WithMode(Mode::kTap);
  options.min_window = 100;
  StreamHarness s(options);
  s.Open();
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client() + 100000, .window = 100});
  EXPECT_EQ(s.Data(100000, "on")[0].gap_before, 100000u);
}

TEST(TcpReassembler, TapSkipsAHoleThatStaysOpenTooLong) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Push({.seq = s.client() + 3, .ack = s.server(), .payload = "def", .time_ms = 1000});
  EXPECT_TRUE(s.Expire(2999).empty());
  const auto out = s.Expire(3000);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kGapSkipped);
  EXPECT_EQ(s.stream(), "???def");
}

TEST(TcpReassembler, TapSkipsOneHoleAtATime) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Push({.seq = s.client() + 1, .ack = s.server(), .payload = "b", .time_ms = 0});
  s.Push({.seq = s.client() + 2, .ack = s.server(), .payload = "c", .time_ms = 0});
  s.Push({.seq = s.client() + 5, .ack = s.server(), .payload = "f", .time_ms = 0});
  EXPECT_EQ(s.Expire(2000).size(), 2u);
  EXPECT_EQ(s.stream(), "?bc");
  EXPECT_EQ(s.Expire(4000).size(), 1u);
  EXPECT_EQ(s.stream(), "?bc??f");
}

TEST(TcpReassembler, TapLooksAtTheClockWithEachPacketOfTheConnection) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Push({.seq = s.client() + 3, .ack = s.server(), .payload = "def", .time_ms = 1000});
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client(), .time_ms = 3500});
  EXPECT_EQ(s.stream(), "???def");
}

TEST(TcpReassembler, TapDoesNotWaitOutAHoleThatIsBeingFilled) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Push({.seq = s.client() + 3, .ack = s.server(), .payload = "d", .time_ms = 0});
  s.Push({.seq = s.client(), .ack = s.server(), .payload = "a", .time_ms = 1900});
  s.Push({.seq = s.client() + 1, .ack = s.server(), .payload = "b", .time_ms = 3000});
  s.Push({.seq = s.client() + 2, .ack = s.server(), .payload = "c", .time_ms = 4500});
  EXPECT_EQ(s.stream(), "abcd");
}

TEST(TcpReassembler, TapSkipsAHoleAtTheHoldLimit) {
  TcpOptions options = StreamHarness::WithMode(Mode::kTap);
  options.max_held_per_direction = 2;
  StreamHarness s(options);
  s.Open();
  s.Data(1, "b");
  s.Data(3, "d");
  const auto out = s.Data(5, "f");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].gap_before, 1u);
  EXPECT_EQ(s.stream(), "?b");
  EXPECT_EQ(s.reassembler().held_packets(), 3u);  // "b" is retained, "d" and "f" wait
}

TEST(TcpReassembler, TapDeliversAtOnceWhenTheWorkerHoldsTooMuch) {
  TcpOptions options = StreamHarness::WithMode(Mode::kTap);
  options.max_held_packets = 1;
  StreamHarness s(options);
  s.Open();
  EXPECT_TRUE(s.Data(1, "b").empty());
  EXPECT_EQ(s.Data(3, "d").size(), 1u);
  EXPECT_EQ(s.stream(), "?b");
}

TEST(TcpReassembler, TapInspectsWhatComesLateIntoASkippedHole) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(3, "def");
  s.Ack(6);
  const auto out = s.Data(0, "abc");
  EXPECT_EQ(out[0].alternative.AsText(), "abc");
  EXPECT_EQ(out[0].note, SegmentNote::kUnverifiedRepeat);
}

TEST(TcpReassembler, TapReadsOneSidedCapturesOfData) {
  StreamHarness s(Mode::kTap);
  s.Push({.seq = 500, .ack = 70, .payload = "abc"});
  s.Push({.seq = 503, .ack = 70, .payload = "def"});
  s.Push({.seq = 509, .ack = 170, .payload = "jkl"});  // the answer it acknowledges was never seen
  s.Push({.seq = 506, .ack = 170, .payload = "ghi"});
  EXPECT_EQ(s.stream(), "abcdefghijkl");
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
}

TEST(TcpReassembler, TapGoesOnBehindAGreatLossInAOneSidedCapture) {
  StreamHarness s(Mode::kTap);
  s.Push({.seq = 500, .ack = 70, .payload = "abc", .time_ms = 0});
  s.Push({.seq = 500 + 5'000'000, .ack = 70, .payload = "x", .time_ms = 1});
  EXPECT_EQ(s.Expire(3000)[0].gap_before, 4'999'997u);
}

TEST(TcpReassembler, TapReadsOneSidedCapturesOfAcks) {
  StreamHarness s(Mode::kTap);
  for (uint32_t i = 0; i < 5; ++i) {
    const auto out = s.Push({.seq = 500, .ack = 70 + i * 1000});
    EXPECT_EQ(out[0].note, SegmentNote::kControl);
  }
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kDownload), 4070u);
}

TEST(TcpReassembler, TapDeliversDataAfterADecoyReset) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "", TcpFlag::kRst);
  const auto out = s.Data(3, "def");
  EXPECT_EQ(out[0].note, SegmentNote::kDataAfterReset);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(s.stream(), "abcdef");
  EXPECT_EQ(s.connection().state, ConnectionState::kReset);
}

TEST(TcpReassembler, TapDeliversDataAfterADecoyFin) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  const auto out = s.Data(3, "def");
  EXPECT_EQ(out[0].note, SegmentNote::kDataAfterFin);
  EXPECT_TRUE(out[0].is_anomaly);
  s.Data(6, "ghi");
  EXPECT_EQ(s.stream(), "abcdefghi");
}

TEST(TcpReassembler, TapHandsOutRefusedDataAsAnotherReading) {
  StreamHarness s(Mode::kTap);
  s.Open();
  const auto out = s.Data(0, "null flags", 0);
  EXPECT_EQ(out[0].alternative.AsText(), "null flags");
  EXPECT_TRUE(out[0].is_anomaly);
}

TEST(TcpReassembler, TapRecordsUrgentData) {
  StreamHarness s(Mode::kTap);
  s.Open();
  const auto out = s.Push({.seq = s.client(),
                           .ack = s.server(),
                           .flags = TcpFlag::kAck | TcpFlag::kUrg,
                           .payload = "abc",
                           .urgent_pointer = 2});
  EXPECT_EQ(out[0].note, SegmentNote::kUrgentData);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(s.stream(), "abc");
  EXPECT_EQ(out[0].packet->headers.tcp.urgent_pointer, 2);  // an observer changes nothing
}

TEST(TcpReassembler, TapLeavesPacketsAsTheyWere) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Ack(3);
  EXPECT_EQ(s.Data(0, "abc")[0].packet->Payload().AsText(), "abc");
}

TEST(TcpReassembler, TapCountsAGapBeforeAFin) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  s.Data(10, "", TcpFlag::kAck | TcpFlag::kFin);
  const auto out = s.Ack(11);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].gap_before, 7u);
  EXPECT_TRUE(out[1].run.empty());
  EXPECT_EQ(s.connection().state, ConnectionState::kClosing);
}

}  // namespace
}  // namespace sluice::stream
