// The guard on the wire: what may leave, and what must not.
#include "dataplane/packet/parse.h"
#include "dataplane/stream/sequence.h"
#include "tests/unit/dataplane/stream/stream_harness.h"

namespace sluice::stream {
namespace {

bool ChecksumsHold(const packet::Packet& packet) {
  packet::Packet copy = packet;
  return packet::Parse(copy, packet::ParseOptions{}) == packet::ParseOutcome::kTransport;
}

TEST(TcpReassembler, InlineRejectsARepeatThatDisagrees) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abcdef");
  const auto out = s.Data(2, "cdXf");
  EXPECT_EQ(out[0].note, SegmentNote::kConflictingOverlap);
  EXPECT_EQ(out[0].action, PacketAction::kReject);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(out[0].rejected_bytes, 4u);
}

TEST(TcpReassembler, InlineRejectsNewDataBehindAConflict) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abcd");
  EXPECT_EQ(s.Data(2, "XXef")[0].action, PacketAction::kReject);
  EXPECT_EQ(s.stream(), "abcd");
  s.Data(4, "ef");
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST(TcpReassembler, InlineRejectsHeldSegmentsThatDisagreeWithWhatWentFirst) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(2, "XXXX");
  s.Data(4, "efgh");
  const auto out = s.Data(0, "abcd");
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[1].note, SegmentNote::kConflictingOverlap);
  EXPECT_EQ(out[1].action, PacketAction::kReject);
  EXPECT_EQ(s.stream(), "abcdefgh");
}

TEST(TcpReassembler, InlineScrubsRepeatsOfAcknowledgedData) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abcd");
  s.Ack(4);
  const auto out = s.Data(0, "EVIL");
  EXPECT_EQ(out[0].note, SegmentNote::kOldDataScrubbed);
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_EQ(out[0].unverified_bytes, 4u);
  EXPECT_EQ(out[0].packet->Payload().AsText(), std::string_view("\0\0\0\0", 4));
  EXPECT_TRUE(ChecksumsHold(*out[0].packet));
}

TEST(TcpReassembler, InlineScrubsOnlyTheAcknowledgedPart) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "def");
  s.Ack(3);
  const auto out = s.Data(0, "XYZdefgh");
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_EQ(out[0].run.AsText(), "gh");
  EXPECT_EQ(out[0].repeated_bytes, 3u);
  EXPECT_EQ(out[0].unverified_bytes, 3u);
  EXPECT_EQ(out[0].packet->Payload().AsText(), std::string_view("\0\0\0defgh", 8));
  EXPECT_TRUE(ChecksumsHold(*out[0].packet));
  s.Ack(6);
  EXPECT_EQ(s.Data(6, "gX")[0].note, SegmentNote::kConflictingOverlap);
  EXPECT_EQ(s.Data(6, "gh")[0].note, SegmentNote::kRepeatVerified);
}

TEST(TcpReassembler, InlineScrubsAKeepAliveByte) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  s.Ack(3);
  const auto out = s.Data(2, "Z");
  EXPECT_EQ(out[0].note, SegmentNote::kKeepAlive);
  EXPECT_EQ(out[0].packet->Payload()[0], 0);
  EXPECT_TRUE(ChecksumsHold(*out[0].packet));
}

TEST(TcpReassembler, InlineRejectsAProbeByteThatIsNotAcknowledgedAndDisagrees) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  EXPECT_EQ(s.Data(2, "Z")[0].note, SegmentNote::kConflictingOverlap);
}

TEST(TcpReassembler, InlineRejectsAnUnverifiedRepeatUnlessThePolicyLetsItPass) {
  TcpOptions options = StreamHarness::WithMode(Mode::kInline);
  options.max_retained_per_direction = 1;
  {
    StreamHarness strict(options);
    strict.Open();
    strict.Data(0, "ab");
    strict.Data(2, "cd");
    const auto out = strict.Data(0, "ab");
    EXPECT_EQ(out[0].action, PacketAction::kReject);
    EXPECT_EQ(out[0].unverified_bytes, 2u);
    EXPECT_TRUE(out[0].is_anomaly);
  }
  options.forward_unverified_repeat = true;
  StreamHarness open(options);
  open.Open();
  open.Data(0, "ab");
  open.Data(2, "cd");
  const auto out = open.Data(0, "abcdef");
  EXPECT_EQ(out[0].note, SegmentNote::kUnverifiedRepeat);
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_TRUE(out[0].is_anomaly);
  EXPECT_EQ(out[0].run.AsText(), "ef");
}

TEST(TcpReassembler, InlineRejectsOverTheHoldLimit) {
  TcpOptions options = StreamHarness::WithMode(Mode::kInline);
  options.max_held_per_direction = 2;
  StreamHarness s(options);
  s.Open();
  s.Data(2, "b");
  s.Data(4, "d");
  const auto out = s.Data(6, "f");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kHoldLimit);
  EXPECT_EQ(out[0].action, PacketAction::kReject);
  EXPECT_FALSE(out[0].is_anomaly);
  EXPECT_EQ(s.reassembler().held_packets(), 2u);
}

TEST(TcpReassembler, InlineGoesOnBehindWhatAFailModeLetPass) {
  TcpOptions options = StreamHarness::WithMode(Mode::kInline);
  options.max_held_per_direction = 1;
  options.forward_over_hold_limit = true;
  StreamHarness s(options);
  s.Open();
  s.Data(1, "b");
  const auto passed = s.Data(2, "cde");
  EXPECT_EQ(passed[0].note, SegmentNote::kHoldLimit);
  EXPECT_EQ(passed[0].action, PacketAction::kForward);
  EXPECT_EQ(passed[0].unverified_bytes, 3u);
  EXPECT_TRUE(passed[0].is_anomaly);
  s.Data(0, "a");
  EXPECT_EQ(s.stream(), "ab");
  s.Data(5, "f");  // waits: nobody has acknowledged what passed
  EXPECT_EQ(s.stream(), "ab");
  const auto out = s.Ack(5);
  EXPECT_EQ(out.back().note, SegmentNote::kGapSkipped);
  EXPECT_EQ(s.stream(), "ab???f");
}

TcpOptions FramesPassBeside() {
  TcpOptions options = StreamHarness::WithMode(Mode::kInline);
  options.frames_pass_beside = true;
  return options;
}

TEST(TcpReassembler, InlineGoesOnBehindWhatTheReceiverHasThoughItPassedBeside) {
  StreamHarness s(FramesPassBeside());
  s.Open();
  EXPECT_TRUE(s.Data(3, "def").empty());
  const auto out = s.Ack(3);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].note, SegmentNote::kGapSkipped);
  EXPECT_EQ(out[1].action, PacketAction::kForward);
  EXPECT_TRUE(out[1].is_anomaly);
  EXPECT_EQ(out[1].gap_before, 3u);
  EXPECT_EQ(s.stream(), "???def");
  s.Data(6, "ghi");
  EXPECT_EQ(s.stream(), "???defghi");
}

TEST(TcpReassembler, InlineGoesOnFarBehindTheWindowThatItKnew) {
  StreamHarness s(FramesPassBeside());
  s.Open();
  s.Data(0, "abc");
  s.Ack(3);
  constexpr uint32_t kFar = 100'000'000;
  s.Ack(kFar);
  s.Data(kFar, "xyz");
  EXPECT_EQ(s.deliveries().back().note, SegmentNote::kGapSkipped);
  EXPECT_EQ(s.deliveries().back().gap_before, kFar - 3);
  EXPECT_EQ(s.deliveries().back().run.AsText(), "xyz");
}

// Both sides sent more than a window beside us, and the acknowledgement itself stands behind a hole.
TEST(TcpReassembler, InlineBelievesAnAckThatStandsBehindAHoleOfItsOwn) {
  StreamHarness s(FramesPassBeside());
  s.Open();
  const auto out = s.Push({.direction = Direction::kDownload, .seq = s.server() + 5'000'000, .ack = s.client() + 9'000'000});
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kUpload), s.client() + 9'000'000);
}

TEST(TcpReassembler, InlineAsksTheReceiverWhatItHasWhenTheSenderRepeatsWhatWaits) {
  for (const uint32_t hole : {7u, 3'000'000u}) {  // within the window, and beyond it
    StreamHarness s(FramesPassBeside());
    s.Open();
    s.Data(0, "abc");
    s.Ack(2);
    const std::string_view text = "secret";
    auto out = s.Data(3 + hole, text, TcpFlag::kAck | TcpFlag::kFin);
    if (out.empty()) out = s.Data(3 + hole, text, TcpFlag::kAck | TcpFlag::kFin);
    ASSERT_EQ(out.size(), 1u) << hole;
    EXPECT_EQ(out[0].note, SegmentNote::kReceiverAsked);
    EXPECT_EQ(out[0].action, PacketAction::kForward);
    EXPECT_EQ(out[0].rejected_bytes, text.size());
    EXPECT_EQ(out[0].packet->Payload().AsText(), std::string(text.size(), '\0'));
    // All of it, the FIN included, lies below what the receiver has acknowledged.
    EXPECT_EQ(DataEnd(*out[0].packet) + 1, s.client() + 2);
    EXPECT_TRUE(ChecksumsHold(*out[0].packet));
    s.Ack(3 + hole);
    if (s.stream() == "abc") s.Data(3 + hole, text);
    EXPECT_EQ(s.stream(), "abc" + std::string(hole, '?') + "secret");
  }
}

TEST(TcpReassembler, InlineHoldsWhatIsOnlyReordered) {
  StreamHarness s(FramesPassBeside());
  s.Open();
  s.Data(6, "ghi");
  s.Data(3, "def");
  EXPECT_EQ(s.Count(SegmentNote::kReceiverAsked), 0u);
  s.Data(0, "abc");
  EXPECT_EQ(s.stream(), "abcdefghi");
}

// Who forges the receiver's acknowledgement closes a hole through which nothing goes any more, whatever the other fail modes.
TEST(TcpReassembler, InlineNeverLetsThroughWhatAnAckHasSkipped) {
  TcpOptions options = FramesPassBeside();
  options.forward_unverified_repeat = true;
  StreamHarness s(options);
  s.Open();
  s.Data(3, "def");
  s.Ack(3);
  const auto out = s.Data(0, "abcdefgh");
  EXPECT_EQ(out[0].packet->Payload().AsText(), std::string("\0\0\0defgh", 8));
  EXPECT_EQ(out[0].run.AsText(), "gh");
  EXPECT_EQ(s.Data(1, "b")[0].packet->Payload().AsText(), std::string("\0", 1));
  EXPECT_EQ(s.stream(), "???defgh");
}

TEST(TcpReassembler, InlineDoesNotBelieveTheSendersWordForWhatTheReceiverHas) {
  StreamHarness s(FramesPassBeside());
  s.Open();
  s.Data(3, "def");
  // The sender's own acknowledgements speak of the other direction.
  s.Push({.seq = s.client() + 3, .ack = s.server() + 100});
  s.Push({.seq = s.client() + 6, .ack = s.server()});
  EXPECT_EQ(s.stream(), "");
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kUpload), s.client());
}

TEST(TcpReassembler, InlineFollowsANewPolicyAndKeepsWhatHasPassed) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(3, "def");
  s.Ack(3);
  EXPECT_EQ(s.stream(), "");
  s.reassembler().Follow({.overload = true});
  s.reassembler().Follow({});
  s.Ack(3);
  EXPECT_EQ(s.stream(), "???def");
}

TEST(TcpReassembler, InlineDoesNotBelieveAnAckOfWhatWasNotForwarded) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(3, "def");
  EXPECT_EQ(s.Ack(6).size(), 1u);
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kUpload), s.client());
  EXPECT_EQ(s.stream(), "");
  s.Data(0, "abc");
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST(TcpReassembler, InlineBelievesTheAckOfAHeldSegmentWhenItIsForwarded) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Push({.direction = Direction::kDownload, .seq = s.server(), .ack = s.client(), .payload = "xyz"});
  s.Push({.seq = s.client() + 1, .ack = s.server() + 3, .payload = "b"});
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kDownload), s.server());
  s.Data(0, "a");
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kDownload), s.server() + 3);
}

TEST(TcpReassembler, InlineNeverHoldsABareAck) {
  StreamHarness s(Mode::kInline);
  s.Open();
  const auto out = s.Data(100, "");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, SegmentNote::kControl);
  EXPECT_EQ(out[0].action, PacketAction::kForward);
}

TEST(TcpReassembler, InlineClearsTheUrgentPointer) {
  StreamHarness s(Mode::kInline);
  s.Open();
  const auto out = s.Push({.seq = s.client(),
                           .ack = s.server(),
                           .flags = TcpFlag::kAck | TcpFlag::kUrg,
                           .payload = "abc",
                           .urgent_pointer = 2});
  EXPECT_EQ(out[0].note, SegmentNote::kUrgentData);
  EXPECT_EQ(out[0].action, PacketAction::kForward);
  EXPECT_EQ(out[0].run.AsText(), "abc");
  const uint8_t* tcp = out[0].packet->data + SegmentFactory::kIpHeader;
  EXPECT_EQ(tcp[13], TcpFlag::kAck);
  EXPECT_EQ(LoadBe16(tcp + 18), 0);
  EXPECT_TRUE(ChecksumsHold(*out[0].packet));
}

TEST(TcpReassembler, InlineClearsTheUrgentPointerOfABareAck) {
  StreamHarness s(Mode::kInline);
  s.Open();
  const auto out =
      s.Push({.seq = s.client(), .ack = s.server(), .flags = TcpFlag::kAck | TcpFlag::kUrg, .urgent_pointer = 9});
  EXPECT_EQ(out[0].packet->data[SegmentFactory::kIpHeader + 13], TcpFlag::kAck);
  EXPECT_TRUE(ChecksumsHold(*out[0].packet));
}

TEST(TcpReassembler, InlineRejectsWhatItCannotRewrite) {
  StreamHarness s(Mode::kInline);
  s.Open();
  packet::Packet piece;
  packet::Packet& urgent =
      s.Make({.seq = s.client(), .ack = s.server(), .flags = TcpFlag::kAck | TcpFlag::kUrg, .payload = "a"});
  urgent.fragments = &piece;
  EXPECT_EQ(s.Push(urgent, Direction::kUpload)[0].action, PacketAction::kReject);
  s.Data(0, "abc");
  s.Ack(3);
  packet::Packet& old = s.Make({.seq = s.client(), .ack = s.server(), .payload = "abc"});
  old.fragments = &piece;
  const auto out = s.Push(old, Direction::kUpload);
  EXPECT_EQ(out[0].action, PacketAction::kReject);
  EXPECT_EQ(old.Payload().AsText(), "abc");
}

TEST(TcpReassembler, InlineRejectsDataThatFollowsAFin) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  const auto out = s.Data(3, "more");
  EXPECT_EQ(out[0].note, SegmentNote::kDataAfterFin);
  EXPECT_EQ(out[0].action, PacketAction::kReject);
}

TEST(TcpReassembler, InlineRejectsDataThatFollowsAReset) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "", TcpFlag::kRst);
  EXPECT_EQ(s.Data(3, "more")[0].note, SegmentNote::kDataAfterReset);
  EXPECT_EQ(s.Data(8, "more")[0].action, PacketAction::kReject);
  EXPECT_EQ(s.stream(), "abc");
}

TEST(TcpReassembler, InlineRejectsASynWithDataInAnEstablishedConnection) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  const auto with_data = s.Push({.seq = 5, .flags = TcpFlag::kSyn, .payload = "secret"});
  EXPECT_EQ(with_data[0].note, SegmentNote::kBadSyn);
  EXPECT_EQ(with_data[0].action, PacketAction::kReject);
  const auto bare = s.Push({.seq = 5, .flags = TcpFlag::kSyn});
  EXPECT_EQ(bare[0].note, SegmentNote::kBadSyn);
  EXPECT_EQ(bare[0].action,
            PacketAction::kForward);  // the server challenges it, so that a rebooted client can come back
  EXPECT_TRUE(bare[0].is_anomaly);
}

TEST(TcpReassembler, InlineRejectsADifferentRepeatOfDataOnSyn) {
  StreamHarness s(Mode::kInline);
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .payload = "fast"});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = TcpFlag::kSyn | TcpFlag::kAck});
  EXPECT_EQ(s.Push({.seq = 101, .ack = 201, .payload = "evil"})[0].action, PacketAction::kReject);
  EXPECT_EQ(s.Push({.seq = 101, .ack = 201, .payload = "fast"})[0].note, SegmentNote::kRepeatVerified);
  EXPECT_EQ(s.stream(), "fast");
}

TEST(TcpReassembler, InlineHasNoGapTimeout) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(3, "def");
  EXPECT_TRUE(s.Expire(3'600'000).empty());
  EXPECT_EQ(s.stream(), "");
}

TEST(TcpReassembler, InlineRejectsAHeldFinOnFlushWithItsData) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(3, "def", TcpFlag::kAck | TcpFlag::kFin);
  const auto out = s.Flush();
  EXPECT_EQ(out[0].action, PacketAction::kReject);
  EXPECT_FALSE(s.connection().half[0].fin_delivered);
}

}  // namespace
}  // namespace sluice::stream
