#include "dataplane/protocol/ftp_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

std::vector<Event> Session(std::vector<Event> transfer) {
  std::vector<Event> events = {Down("220 (vsFTPd 3.0.3)\r\n"), Up("USER alice\r\n"), Down("331 password\r\n"), Up("PASS secret\r\n"), Down("230-Welcome\r\n 220 any text\r\n230 in\r\n")};
  events.insert(events.end(), transfer.begin(), transfer.end());
  return events;
}
using Words = std::vector<std::string>;

Words ExpectationsOf(const std::vector<Event>& events) {
  Conversation seen(ProtocolId::kFtp);
  PlayAll(seen, events);
  ExpectSameInAnyCut(ProtocolId::kFtp, events);
  return seen.expectations;
}

TEST(FtpSession, AnnouncesActiveTransfers) {
  EXPECT_EQ(ExpectationsOf(Session({Up("PORT 10,0,0,1,4,1\r\n"), Down("200 ok\r\n"), Up("STOR report.docx\r\n"), Down("150 go\r\n226 done\r\n")})),
            (Words{"announce client:1025 by alice", "describe client:1025 report.docx by alice"}));
  EXPECT_EQ(ExpectationsOf(Session({Up("EPRT |2|2001:db8::1|5282|\r\n"), Down("200 ok\r\n"), Up("RETR a b.txt\r\n")})),
            (Words{"announce client:5282 by alice", "describe client:5282 a b.txt by alice"}));
}

TEST(FtpSession, AnnouncesPassiveTransfers) {
  EXPECT_EQ(ExpectationsOf(Session({Up("PASV\r\n"), Down("227 Entering Passive Mode (10,0,0,2,200,10).\r\n"), Up("REST 30000\r\nAPPE /in/report.rtf\r\n")})),
            (Words{"announce server:51210 by alice", "describe server:51210 /in/report.rtf by alice"}));
  EXPECT_EQ(ExpectationsOf(Session({Up("EPSV\r\n"), Down("229 Extended (|||6446|)\r\n"), Up("STOR x\r\n")})),
            (Words{"announce server:6446 by alice", "describe server:6446 x by alice"}));
  EXPECT_EQ(ExpectationsOf(Session({Up("PASV\r\n"), Down("227 =10,0,0,2,1,0\r\n")})), (Words{"announce server:256 by alice"}));
}

TEST(FtpSession, NamesWhoAndWhat) {
  Conversation seen(ProtocolId::kFtp);
  PlayAll(seen, Session({}));
  EXPECT_EQ(seen.NameOf(NameKind::kUser), "alice");
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "(vsFTPd 3.0.3)");
  EXPECT_EQ(seen.Objects(Part::kFtpControl).size(), 2u);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(FtpSession, ReportsAnnouncementsThatCannotBeRead) {
  for (const char* line : {"PORT 1,2,3,4,5\r\n", "PORT 1,2,3,4,256,1\r\n", "PORT 1,2,3,4,0,0\r\n", "PORT \r\n", "EPRT |1|1.2.3.4|99999|\r\n", "EPRT |1|1.2.3.4|\r\n", "EPRT\r\n"}) {
    Conversation seen(ProtocolId::kFtp);
    PlayAll(seen, Session({Up(line)}));
    EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol)) << line;
    EXPECT_TRUE(seen.expectations.empty()) << line;
  }
}

TEST(FtpSession, HandsOverWhenSecurityIsGranted) {
  Conversation seen(ProtocolId::kFtp);
  PlayAll(seen, {Down("220 FTP\r\n"), Up("AUTH TLS\r\n"), Down("234 go\r\n")});
  EXPECT_TRUE(seen.handed_over);
  Conversation refused(ProtocolId::kFtp);
  PlayAll(refused, {Down("220 FTP\r\n"), Up("AUTH TLS\r\n"), Down("502 no\r\n"), Up("USER bob\r\n")});
  EXPECT_FALSE(refused.handed_over);
  EXPECT_EQ(refused.NameOf(NameKind::kUser), "bob");
}

TEST(FtpSession, ReadsTheClientAlone) {
  EXPECT_EQ(ExpectationsOf({Up("USER bob\r\nPASS x\r\nTYPE I\r\nPORT 10,0,0,1,4,1\r\nSTOR f\r\n")}),
            (Words{"announce client:1025 by bob", "describe client:1025 f by bob"}));
}

TEST(FtpSession, ReadsOnBehindLostReplies) {
  const std::vector<Event> events = Session({LostDown(100), Down("tail of a line\r\n229 E (|||7000|)\r\n")});
  Conversation seen(ProtocolId::kFtp);
  PlayAll(seen, events);
  EXPECT_EQ(seen.expectations, (Words{"announce server:7000 by alice"}));
  EXPECT_TRUE(seen.Has(AnomalyKind::kProtocolGap));
}

TEST(ProbeFtp, TellsFtpFromMail) {
  const auto probe = [](std::string_view text) { return ProbeFtp(Direction::kUpload, ByteView(text)); };
  EXPECT_EQ(probe("220 ProFTPD Server\r\n"), Certainty::kYes);
  EXPECT_EQ(probe("220 mx ESMTP\r\n"), Certainty::kNo);
  EXPECT_EQ(probe("220 hello\r\n"), Certainty::kUnsure);
  EXPECT_EQ(probe("USER a\r\nPASS b\r\n"), Certainty::kUnsure);
  EXPECT_EQ(probe("USER a\r\nPASS b\r\nSYST\r\n"), Certainty::kYes);
  EXPECT_EQ(probe("USER a\r\nPASS b\r\nSTAT\r\n"), Certainty::kNo);
  EXPECT_EQ(probe("GET / HTTP/1.1\r\n"), Certainty::kNo);
}

}  // namespace
}  // namespace sluice::protocol
