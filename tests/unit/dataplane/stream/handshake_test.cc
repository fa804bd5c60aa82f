// How connections begin, begin again, and are told apart.
#include "tests/unit/dataplane/stream/stream_harness.h"

namespace sluice::stream {
namespace {

constexpr uint8_t kSynAck = TcpFlag::kSyn | TcpFlag::kAck;

class Handshake : public ::testing::TestWithParam<Mode> {};
INSTANTIATE_TEST_SUITE_P(TcpReassembler, Handshake, ::testing::Values(Mode::kTap, Mode::kInline));

packet::Headers Syn(uint32_t seq, uint8_t flags = TcpFlag::kSyn, uint32_t ack = 0) {
  packet::Headers headers;
  headers.transport = packet::Transport::kTcp;
  headers.tcp.seq = seq;
  headers.tcp.ack = ack;
  headers.tcp.flags = flags;
  return headers;
}

TEST_P(Handshake, MovesThroughTheStates) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  EXPECT_EQ(s.connection().state, ConnectionState::kSynSeen);
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  EXPECT_EQ(s.connection().state, ConnectionState::kSynSeen);
  s.Push({.seq = 101, .ack = 201});
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
  EXPECT_FALSE(s.connection().midstream);
}

TEST_P(Handshake, DeliversDataOnSyn) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .payload = "early"});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 106, .flags = kSynAck, .payload = "reply"});
  s.Push({.seq = 106, .ack = 206, .payload = " late"});
  EXPECT_EQ(s.stream(Direction::kUpload), "early late");
  EXPECT_EQ(s.stream(Direction::kDownload), "reply");
}

TEST_P(Handshake, VerifiesDataOnSynThatTheServerDidNotTake) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .payload = "early"});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  EXPECT_EQ(s.Push({.seq = 101, .ack = 201, .payload = "early"})[0].note, SegmentNote::kRepeatVerified);
  EXPECT_EQ(s.stream(), "early");
}

TEST_P(Handshake, TakesRepeatedSyns) {
  StreamHarness s(GetParam());
  for (int i = 0; i < 3; ++i) {
    const auto out = s.Push({.seq = 100, .flags = TcpFlag::kSyn});
    EXPECT_EQ(out[0].note, SegmentNote::kControl);
    EXPECT_FALSE(out[0].is_anomaly);
  }
  for (int i = 0; i < 2; ++i) {
    s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  }
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  EXPECT_EQ(s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck})[0].note,
            SegmentNote::kControl);
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(Handshake, ANewAttemptReplacesAnUnansweredSyn) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.seq = 5000, .flags = TcpFlag::kSyn});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 5001, .flags = kSynAck});
  s.Push({.seq = 5001, .ack = 201, .payload = "abc"});
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(Handshake, TheAnswerDecidesWhichSynCounts) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.seq = 5000, .flags = TcpFlag::kSyn});  // a decoy that the server never got
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  EXPECT_EQ(s.stream(), "abc");
}

TEST_P(Handshake, TheClientsAckDecidesWhichAnswerCounts) {
  for (const uint32_t taken : {200u, 7'000'000u}) {
    StreamHarness s(GetParam());
    s.Push({.seq = 100, .flags = TcpFlag::kSyn});
    s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
    s.Push({.direction = Direction::kDownload, .seq = 7'000'000, .ack = 101, .flags = kSynAck});
    s.Push({.seq = 101, .ack = taken + 1, .payload = "abc"});
    s.Push({.direction = Direction::kDownload, .seq = taken + 1, .ack = 104, .payload = "xyz"});
    EXPECT_EQ(s.stream(Direction::kUpload), "abc");
    EXPECT_EQ(s.stream(Direction::kDownload), "xyz");
  }
}

// In SYN-SENT a client drops what comes without SYN; a reset that it does not believe is followed by the true answer.
TEST_P(Handshake, NothingButASynAnswersASyn) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.direction = Direction::kDownload, .seq = 0, .ack = 101, .flags = TcpFlag::kRst | TcpFlag::kAck});
  const auto fin =
      s.Push({.direction = Direction::kDownload, .seq = 0, .ack = 101, .flags = TcpFlag::kFin | TcpFlag::kAck});
  EXPECT_EQ(fin[0].note, SegmentNote::kOutOfWindow);
  const auto data = s.Push({.direction = Direction::kDownload, .seq = 0, .ack = 101, .payload = "decoy"});
  EXPECT_EQ(data[0].note, SegmentNote::kOutOfWindow);
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  const auto out = s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 104, .payload = "xyz"});
  EXPECT_EQ(out[0].note, SegmentNote::kInOrder);
  EXPECT_EQ(s.stream(Direction::kUpload), "abc");
  EXPECT_EQ(s.stream(Direction::kDownload), "xyz");
  EXPECT_EQ(s.connection().state, ConnectionState::kEstablished);
}

TEST_P(Handshake, DataIsTakenWhenTheCaptureLostTheSynAck) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.seq = 101, .ack = 201});
  s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 101, .payload = "xyz"});
  EXPECT_EQ(s.stream(Direction::kDownload), "xyz");
}

TEST_P(Handshake, ASynAckAloneSaysWhereTheClientBegins) {
  StreamHarness s(GetParam());
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  EXPECT_TRUE(s.Push({.seq = 104, .ack = 201, .payload = "def"}).empty());
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  EXPECT_EQ(s.stream(), "abcdef");
}

TEST_P(Handshake, ForgetsWhatWasAcknowledgedBeforeTheSyn) {
  StreamHarness s(GetParam());
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 0x20000000});
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  EXPECT_TRUE(s.Push({.seq = 104, .ack = 200, .payload = "def"}).empty());
  EXPECT_EQ(AcknowledgedSequence(s.connection(), Direction::kUpload), 101u);
}

TEST_P(Handshake, TakesASimultaneousOpen) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.direction = Direction::kDownload, .seq = 200, .flags = TcpFlag::kSyn});
  s.Push({.seq = 100, .ack = 201, .flags = kSynAck});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck});
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 104, .payload = "xyz"});
  EXPECT_EQ(s.stream(Direction::kUpload), "abc");
  EXPECT_EQ(s.stream(Direction::kDownload), "xyz");
  for (const Delivery& d : s.deliveries()) EXPECT_FALSE(d.is_anomaly);
}

TEST_P(Handshake, TakesASplitHandshake) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.direction = Direction::kDownload, .seq = 50, .ack = 101});
  s.Push({.direction = Direction::kDownload, .seq = 200, .flags = TcpFlag::kSyn});
  s.Push({.seq = 100, .ack = 201, .flags = kSynAck});
  s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 101});
  s.Push({.seq = 101, .ack = 201, .payload = "abc"});
  s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 104, .payload = "xyz"});
  EXPECT_EQ(s.stream(Direction::kUpload), "abc");
  EXPECT_EQ(s.stream(Direction::kDownload), "xyz");
}

TEST_P(Handshake, ScalesWindowsOnlyWhenBothSidesOffered) {
  StreamHarness scaled(GetParam());
  scaled.Open();  // both offer a shift of 2
  scaled.Push({.direction = Direction::kDownload, .seq = scaled.server(), .ack = scaled.client(), .window = 1000});
  EXPECT_EQ(scaled.connection().half[0].window, 4000u);

  StreamHarness plain(GetParam());
  plain.Push({.seq = 100, .flags = TcpFlag::kSyn});
  plain.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck, .window_shift = 7});
  plain.Push({.direction = Direction::kDownload, .seq = 201, .ack = 101, .window = 1000});
  EXPECT_EQ(plain.connection().half[0].window, 1000u);
}

TEST_P(Handshake, CutsAWindowShiftThatIsTooLarge) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn, .window_shift = 14});
  s.Push({.direction = Direction::kDownload, .seq = 200, .ack = 101, .flags = kSynAck, .window_shift = 200});
  s.Push({.direction = Direction::kDownload, .seq = 201, .ack = 101, .window = 65535});
  EXPECT_EQ(s.connection().half[0].window, 65535u << 14);
}

TEST_P(Handshake, RefusesASynTogetherWithFinOrReset) {
  StreamHarness s(GetParam());
  EXPECT_EQ(s.Push({.seq = 100, .flags = TcpFlag::kSyn | TcpFlag::kFin})[0].note, SegmentNote::kBadSyn);
  EXPECT_EQ(s.Push({.seq = 100, .flags = TcpFlag::kSyn | TcpFlag::kRst})[0].note, SegmentNote::kBadSyn);
  EXPECT_EQ(s.connection().state, ConnectionState::kNew);
}

TEST_P(Handshake, AResetThatAcknowledgesTheSynRefusesTheConnection) {
  StreamHarness s(GetParam());
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  EXPECT_EQ(
      s.Push({.direction = Direction::kDownload, .seq = 0, .ack = 5, .flags = TcpFlag::kRst | TcpFlag::kAck})[0].note,
      SegmentNote::kBadReset);
  s.Push({.direction = Direction::kDownload, .seq = 0, .ack = 101, .flags = TcpFlag::kRst | TcpFlag::kAck});
  EXPECT_EQ(s.connection().state, ConnectionState::kReset);
}

TEST(StartsNewConnection, NotForTheFirstSynNorForItsRepeat) {
  StreamHarness s(Mode::kTap);
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(100)));
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(100)));
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(777)));  // a new attempt of the same
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kDownload, Syn(200, kSynAck, 101)));
}

TEST(StartsNewConnection, AfterBothSidesClosed) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc", TcpFlag::kAck | TcpFlag::kFin);
  s.Push({.direction = Direction::kDownload,
          .seq = s.server(),
          .ack = s.client() + 4,
          .flags = TcpFlag::kAck | TcpFlag::kFin});
  EXPECT_TRUE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(s.client() + 1'000'000)));
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(s.client() - 1)));
}

TEST(StartsNewConnection, AfterAReset) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "", TcpFlag::kRst);
  EXPECT_TRUE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(s.client() + 1'000'000)));
}

// RST and SYN that only we see, the SYN numbered so that the old connection's data would fit on.
TEST(StartsNewConnection, NotForASynThatPutsTheOldDataInOrder) {
  StreamHarness s(Mode::kInline);
  s.Open();
  s.Data(0, "abc");
  s.Data(3, "", TcpFlag::kRst);
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(s.client() + 2)));
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(s.client() - 1000)));
  // The server's answer would prove it.
  EXPECT_TRUE(StartsNewConnection(s.connection(), Direction::kDownload, Syn(77777, kSynAck, s.client() + 2 + 1)));
}

TEST(StartsNewConnection, NotForASynWithinALiveConnectionUntilItIsAnswered) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "abc");
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(5'000'000)));
  EXPECT_TRUE(StartsNewConnection(s.connection(), Direction::kDownload, Syn(6'000'000, kSynAck, 5'000'001)));
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kDownload, Syn(6'000'000, kSynAck, s.client())));
}

TEST(StartsNewConnection, ForANewSynInAOneSidedCapture) {
  StreamHarness s(Mode::kTap);
  s.Push({.seq = 100, .flags = TcpFlag::kSyn});
  s.Push({.seq = 101, .ack = 70, .payload = "abc"});
  EXPECT_TRUE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(9'000'000)));
}

TEST(StartsNewConnection, NeverForOtherSegments) {
  StreamHarness s(Mode::kTap);
  s.Open();
  s.Data(0, "", TcpFlag::kRst);
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(9'000'000, TcpFlag::kAck)));
  EXPECT_FALSE(StartsNewConnection(s.connection(), Direction::kUpload, Syn(9'000'000, TcpFlag::kSyn | TcpFlag::kFin)));
}

}  // namespace
}  // namespace sluice::stream
