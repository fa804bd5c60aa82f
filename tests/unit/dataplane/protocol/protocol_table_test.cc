#include "dataplane/protocol/protocol_table.h"

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

ProbeOutcome ProbeText(std::string_view text, Direction direction = Direction::kUpload) {
  return Probe(direction, ByteView(text));
}
void ExpectKnown(std::string_view text, ProtocolId id) {
  EXPECT_EQ(ProbeText(text).certainty, Certainty::kYes) << text;
  EXPECT_EQ(ProbeText(text).id, id) << text;
}
void ExpectUnknown(std::string_view text) { EXPECT_EQ(ProbeText(text).certainty, Certainty::kNo) << text; }

TEST(Probe, TellsHttpByItsStartLine) {
  ExpectKnown("GET / HTTP/1.1\r\n", ProtocolId::kHttp1);
  ExpectKnown("\r\nM-SEARCH * HTTP/1.1\r\n", ProtocolId::kHttp1);
  ExpectKnown("HTTP/1.0 200 OK\r\n", ProtocolId::kHttp1);
  ExpectKnown("BREW /pot HTTP/1.1\r\n", ProtocolId::kHttp1);
  ExpectKnown("GET /" + std::string(300, 'a'), ProtocolId::kHttp1);
}

TEST(Probe, DoesNotTakeOtherProtocolsForHttp) {
  ExpectUnknown("PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n");
  ExpectUnknown("OPTIONS sip:a@b SIP/2.0\r\n");
  ExpectUnknown("DESCRIBE rtsp://h/ RTSP/1.0\r\n");
  ExpectUnknown("HALLO example.org\r\n");
  ExpectUnknown("HTTP/2 200\r\n");
  ExpectUnknown("hello");
  ExpectUnknown(std::string_view("\x7f\x01\x02", 3));
}

TEST(Probe, AsksForMoreWhileItCannotTell) {
  for (const char* text : {"G", "GET", "GET ", "GET /index.html", "GET / HTT", "H", "HTTP/1.1 2", "S", "SSH-", "\x16", "\x16\x03\x01"}) {
    EXPECT_EQ(ProbeText(text).certainty, Certainty::kUnsure) << text;
  }
}

TEST(Probe, DecidesWhenThePrefixIsFull) {
  EXPECT_EQ(ProbeText(std::string(kProbePrefix, '\n')).certainty, Certainty::kNo);
  EXPECT_EQ(ProbeText("FOO " + std::string(kProbePrefix, 'x')).certainty, Certainty::kNo);
}

TEST(Probe, TellsTlsAndSsh) {
  ExpectKnown(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xFC", 9), ProtocolId::kTls);
  ExpectKnown("SSH-2.0-OpenSSH_9.2\r\n", ProtocolId::kSsh);
  ExpectUnknown(std::string_view("\x16\x03\x01\x00\x00\x01", 6));
  ExpectUnknown(std::string_view("\x16\x02\x01\x02\x00\x01", 6));
  ExpectUnknown("SSH-3.0");
}

TEST(SessionPool, SaysAndCountsWhenItIsFull) {
  SessionPool pool = SessionPool::Create({.max_sessions = 2}).value();
  Session* a = pool.Open(ProtocolId::kHttp1);
  Session* b = pool.Open(ProtocolId::kRawTcp);
  EXPECT_NE(a, nullptr);
  EXPECT_NE(b, nullptr);
  EXPECT_EQ(pool.Open(ProtocolId::kTls), nullptr);
  EXPECT_EQ(pool.full_count(), 1u);
  pool.Close(ProtocolId::kHttp1, a);
  Session* c = pool.Open(ProtocolId::kTls);
  EXPECT_NE(c, nullptr);
  EXPECT_EQ(pool.open_sessions(), 2u);
  pool.Close(ProtocolId::kRawTcp, b);
  pool.Close(ProtocolId::kTls, c);
  EXPECT_EQ(pool.open_sessions(), 0u);
}

TEST(SessionPool, RefusesToBeEmpty) { EXPECT_FALSE(SessionPool::Create({.max_sessions = 0}).ok()); }

// A head that never ends holds scratch; closing the session gives it back, so that others never go without.
TEST(SessionPool, ScratchOfUnfinishedHeadsComesBack) {
  SessionPool pool = SessionPool::Create({.max_sessions = 1}).value();
  const std::string_view part = "GET / HTTP/1.1\r\nX";
  for (int i = 0; i < 1000; ++i) {
    Session* session = pool.Open(ProtocolId::kHttp1);
    ASSERT_NE(session, nullptr);
    PieceList pieces;
    EXPECT_EQ(session->Feed(Direction::kUpload, ByteView(part), pieces).consumed, part.size());
    pieces.Clear();
    EXPECT_EQ(session->Feed(Direction::kDownload, ByteView(std::string_view("HTTP/1.1 2")), pieces).consumed, 10u);
    pool.Close(ProtocolId::kHttp1, session);
  }
}

TEST(ProtocolTable, EveryProtocolHasANameAndASession) {
  SessionPool pool = SessionPool::Create({.max_sessions = 1}).value();
  for (const ProtocolEntry& entry : Protocols()) {
    EXPECT_NE(Name(entry.id), "unknown");
    Session* session = pool.Open(entry.id);
    ASSERT_NE(session, nullptr);
    pool.Close(entry.id, session);
  }
}

TEST(RawSession, OneObjectForEachDirection) {
  const std::vector<Event> events = {Up("abc"), Down("xyz"), Up("def"), LostDown(3), EndUp(), EndDown()};
  Conversation seen(ProtocolId::kRawUdp);
  PlayAll(seen, events);
  const auto objects = seen.Objects(Part::kUdpPayload);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].bytes, "abcdef");
  EXPECT_TRUE(objects[0].complete);
  EXPECT_EQ(objects[1].bytes, "xyz");
  EXPECT_FALSE(objects[1].complete);
  ExpectSameInAnyCut(ProtocolId::kRawUdp, events);
}

}  // namespace
}  // namespace sluice::protocol
