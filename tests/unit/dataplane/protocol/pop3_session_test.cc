#include "dataplane/protocol/pop3_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

std::vector<Event> Session() {
  return {Down("+OK POP3 ready\r\n"), Up("USER alice\r\nPASS x\r\n"), Down("+OK\r\n+OK in\r\n"), Up("LIST\r\nRETR 1\r\nRETR 2\r\n"),
          Down("+OK\r\n1 20\r\n.\r\n+OK 20 octets\r\nSubject: a\r\n\r\n..b\r\n.\r\n-ERR no\r\n"), Up("QUIT\r\n"), Down("+OK bye\r\n"), EndUp(), EndDown()};
}

TEST(Pop3Session, HandsOnFetchedLetters) {
  Conversation seen(ProtocolId::kPop3);
  PlayAll(seen, Session());
  ASSERT_EQ(seen.Objects(Part::kPop3Message).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kPop3Message)[0].bytes, "Subject: a\r\n\r\n.b\r\n");
  EXPECT_EQ(seen.Objects(Part::kPop3Message)[0].direction, Direction::kDownload);
  EXPECT_TRUE(seen.Objects(Part::kPop3Message)[0].complete);
  EXPECT_EQ(seen.NameOf(NameKind::kUser), "alice");
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kPop3, Session());
}

TEST(Pop3Session, HandsOverWhenTlsIsGranted) {
  Conversation seen(ProtocolId::kPop3);
  PlayAll(seen, {Down("+OK ready\r\n"), Up("STLS\r\n"), Down("+OK begin\r\n")});
  EXPECT_TRUE(seen.handed_over);
}

TEST(Pop3Session, GivesUpOnWhatIsNoAnswer) {
  Conversation seen(ProtocolId::kPop3);
  PlayAll(seen, {Down("+OK ready\r\nHTTP/1.1 200 OK\r\n")});
  EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
}

TEST(Pop3Session, BoundsCommandsInFlight) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "RETR 1\r\n";
  Conversation seen(ProtocolId::kPop3);
  PlayAll(seen, {Down("+OK ready\r\n"), Up(many), Down("+OK\r\nletter\r\n.\r\n")});
  ASSERT_EQ(seen.Objects(Part::kPop3Message).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kPop3Message)[0].bytes, "letter\r\n");
}

}  // namespace
}  // namespace sluice::protocol
