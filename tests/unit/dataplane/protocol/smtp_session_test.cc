#include "dataplane/protocol/smtp_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

const std::string kLetter = "Subject: plan\r\n\r\nthe text\r\n..leading dot\r\n";
const std::string kLetterRead = "Subject: plan\r\n\r\nthe text\r\n.leading dot\r\n";

std::vector<Event> Greeting() {
  return {Down("220 mail.example ESMTP Postfix\r\n"), Up("EHLO client.example\r\n"), Down("250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n")};
}
std::vector<Event> operator+(std::vector<Event> a, const std::vector<Event>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::vector<Event> Dialogue() {
  return Greeting() + std::vector<Event>{Up("MAIL FROM:<alice@a.example> SIZE=100\r\n"), Down("250 ok\r\n"),
                                         Up("RCPT TO:<bob@b.example>\r\n"), Down("250 ok\r\n"),
                                         Up("RCPT TO:<carol@c.example>\r\n"), Down("250 ok\r\n"),
                                         Up("DATA\r\n"), Down("354 go ahead\r\n"),
                                         Up(kLetter + ".\r\n"), Down("250 queued\r\n"), Up("QUIT\r\n"), Down("221 bye\r\n"), EndUp(), EndDown()};
}

TEST(SmtpSession, HandsOnTheLetterAndItsPeople) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Dialogue());
  const std::vector<SeenObject> letters = seen.Objects(Part::kSmtpMessage);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].bytes, kLetterRead);
  EXPECT_EQ(letters[0].type, "message/rfc822");
  EXPECT_EQ(letters[0].direction, Direction::kUpload);
  EXPECT_TRUE(letters[0].complete);
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "client.example");
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "mail.example ESMTP Postfix");
  EXPECT_EQ(seen.NameOf(NameKind::kSender), "alice@a.example");
  EXPECT_EQ(seen.NameOf(NameKind::kRecipient), "bob@b.example");
  EXPECT_EQ(seen.names.back().second, "carol@c.example");
  EXPECT_TRUE(seen.anomalies.empty());
  ASSERT_EQ(seen.Objects(Part::kSmtpControl).size(), 2u);
}

TEST(SmtpSession, SaysTheSameInAnyCut) { ExpectSameInAnyCut(ProtocolId::kSmtp, Dialogue()); }

TEST(SmtpSession, ReadsLettersFromTheClientAlone) {
  std::vector<Event> one_sided;
  for (const Event& event : Dialogue()) {
    if (event.direction == Direction::kUpload) one_sided.push_back(event);
  }
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, one_sided);
  ASSERT_EQ(seen.Objects(Part::kSmtpMessage).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, kLetterRead);
  ExpectSameInAnyCut(ProtocolId::kSmtp, one_sided);
}

TEST(SmtpSession, PutsChunksTogether) {
  const std::string first(1000, 'x'), second = "tail\r\n.\r\n";
  const std::vector<Event> events =
      Greeting() + std::vector<Event>{Up("MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nBDAT 1000\r\n" + first), Down("250 ok\r\n250 ok\r\n250 ok\r\n"),
                                      Up("BDAT 9 LAST\r\n" + second + "BDAT 0 LAST\r\nQUIT\r\n"), Down("250 ok\r\n")};
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kSmtpMessage).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, first + second);  // no dots are taken away: RFC 3030, 2
  EXPECT_TRUE(seen.Objects(Part::kSmtpMessage)[0].complete);
  ExpectSameInAnyCut(ProtocolId::kSmtp, events);
}

TEST(SmtpSession, TakesTwoLettersInOneConnection) {
  const std::string letter = "MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n";
  const std::vector<Event> events =
      Greeting() + std::vector<Event>{Up(letter), Down("250 ok\r\n250 ok\r\n354 go\r\n"), Up("one\r\n.\r\n" + letter),
                                      Down("250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n"), Up("two\r\n.\r\n"), Down("250 queued\r\n")};
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kSmtpMessage).size(), 2u);
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[1].bytes, "two\r\n");
  ExpectSameInAnyCut(ProtocolId::kSmtp, events);
}

TEST(SmtpSession, ReadsCommandsAgainWhenTheServerRefusesData) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n"), Down("250 ok\r\n550 no\r\n503 no\r\n"),
                                                Up("MAIL FROM:<z@z>\r\n")});
  EXPECT_TRUE(seen.Objects(Part::kSmtpMessage).empty());
  EXPECT_EQ(seen.names.back().second, "z@z");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmtpSession, SaysAmbiguousWhenALetterWasSentThatTheServerRefused) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("DATA\r\nhidden text\r\n"), Down("503 no\r\n"), Up("QUIT\r\n")});
  EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming));
  ASSERT_EQ(seen.Objects(Part::kSmtpMessage).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, "hidden text\r\n");
}

TEST(SmtpSession, ReportsSmuggledEnds) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("DATA\r\n"), Down("354 go\r\n"), Up("a\n.\r\nMAIL FROM:<evil@e>\r\n.\r\n")});
  EXPECT_EQ(seen.anomalies, std::vector<AnomalyKind>{AnomalyKind::kAmbiguousFraming});
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, "a\n.\r\nMAIL FROM:<evil@e>\r\n");
}

TEST(SmtpSession, HandsOverWhenTlsIsGranted) {
  const std::vector<Event> events = Greeting() + std::vector<Event>{Up("STARTTLS\r\n"), Down("220 ready\r\n")};
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, events);
  EXPECT_TRUE(seen.handed_over);
  ExpectSameInAnyCut(ProtocolId::kSmtp, events);

  Conversation refused(ProtocolId::kSmtp);
  PlayAll(refused, Greeting() + std::vector<Event>{Up("STARTTLS\r\n"), Down("454 not now\r\n"), Up("MAIL FROM:<a@a>\r\n"), Down("220 odd\r\n")});
  EXPECT_FALSE(refused.handed_over);
}

TEST(SmtpSession, ReportsCommandsPutBehindStartTls) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("STARTTLS\r\nMAIL FROM:<evil@e>\r\n")});
  EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming));
}

TEST(SmtpSession, NamesTheUser) {
  for (const char* lines : {"AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n", "AUTH PLAIN\r\nAGFsaWNlAHNlY3JldA==\r\n", "AUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0\r\n",
                            "auth login YWxpY2U=\r\nc2VjcmV0\r\n"}) {
    Conversation seen(ProtocolId::kSmtp);
    PlayAll(seen, Greeting() + std::vector<Event>{Up(lines)});
    EXPECT_EQ(seen.NameOf(NameKind::kUser), "alice") << lines;
    ExpectSameInAnyCut(ProtocolId::kSmtp, Greeting() + std::vector<Event>{Up(lines)});
  }
}

TEST(SmtpSession, GoesOnBehindLostBytesOfALetter) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("DATA\r\n"), Down("354 go\r\n"), Up("begin"), LostUp(500), Up("end\r\n.\r\nQUIT\r\n")});
  ASSERT_EQ(seen.Objects(Part::kSmtpMessage).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, "beginend\r\n");
  EXPECT_TRUE(seen.Objects(Part::kSmtpMessage)[0].ended);
  EXPECT_FALSE(seen.Objects(Part::kSmtpMessage)[0].complete);
}

TEST(SmtpSession, CountsLostBytesOfAChunk) {
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, Greeting() + std::vector<Event>{Up("BDAT 100 LAST\r\n0123456789"), LostUp(80), Up("0123456789QUIT\r\n")});
  EXPECT_EQ(seen.Objects(Part::kSmtpMessage)[0].bytes, "01234567890123456789");
  EXPECT_TRUE(seen.anomalies.empty());
  EXPECT_FALSE(seen.Objects(Part::kSmtpMessage)[0].complete);

  Conversation beyond(ProtocolId::kSmtp);
  PlayAll(beyond, Greeting() + std::vector<Event>{Up("BDAT 100 LAST\r\n0123456789"), LostUp(200), Up("QUIT\r\n")});
  EXPECT_TRUE(beyond.Has(AnomalyKind::kProtocolGap));
}

TEST(SmtpSession, GivesUpOnWhatIsNoText) {
  const std::vector<Event> events = Greeting() + std::vector<Event>{Up(std::string("MAIL\0FROM\r\nmore", 15)), EndUp()};
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, events);
  EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
  ASSERT_EQ(seen.Objects(Part::kTcpStream).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kTcpStream)[0].bytes, "more");
  ExpectSameInAnyCut(ProtocolId::kSmtp, events);
}

TEST(SmtpSession, GivesUpOnChunksOfUnreadableSize) {
  for (const char* size : {"x", "-1", "1x", "18446744073709551616"}) {
    Conversation seen(ProtocolId::kSmtp);
    PlayAll(seen, Greeting() + std::vector<Event>{Up(std::string("BDAT ") + size + "\r\nabc")});
    EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming)) << size;
  }
}

TEST(SmtpSession, ReportsEndlessLinesAndReadsOn) {
  const std::vector<Event> events = Greeting() + std::vector<Event>{Up("RCPT TO:<" + std::string(10000, 'a') + ">\r\nMAIL FROM:<a@a>\r\n")};
  Conversation seen(ProtocolId::kSmtp);
  PlayAll(seen, events);
  EXPECT_TRUE(seen.Has(AnomalyKind::kOversizedLine));
  EXPECT_EQ(seen.names.back().second, "a@a");
  ExpectSameInAnyCut(ProtocolId::kSmtp, events);
}

TEST(ProbeSmtp, WaitsWhereAGreetingCouldBeFtp) {
  const auto probe = [](Direction direction, std::string_view text) { return ProbeSmtp(direction, ByteView(text)); };
  EXPECT_EQ(probe(Direction::kDownload, "220 mx ESMTP ready\r\n"), Certainty::kYes);
  EXPECT_EQ(probe(Direction::kDownload, "220 mx ready\r\n"), Certainty::kUnsure);
  EXPECT_EQ(probe(Direction::kDownload, "220 (vsFTPd 3.0.3)\r\n"), Certainty::kNo);
  EXPECT_EQ(probe(Direction::kUpload, "ehlo x\r\n"), Certainty::kYes);
  EXPECT_EQ(probe(Direction::kUpload, "EHL"), Certainty::kUnsure);
  EXPECT_EQ(probe(Direction::kUpload, "GET / HTTP/1.1"), Certainty::kNo);
}

}  // namespace
}  // namespace sluice::protocol
