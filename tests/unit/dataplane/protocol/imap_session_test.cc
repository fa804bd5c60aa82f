#include "dataplane/protocol/imap_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

const Event kGreeting = Down("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n");

TEST(ImapSession, HandsOnStoredAndFetchedLetters) {
  const std::vector<Event> events = {
      kGreeting, Up("a1 LOGIN \"alice\" secret\r\n"), Down("a1 OK in\r\n"), Up("a2 APPEND Sent (\\Seen) {11}\r\n"), Down("+ go\r\n"), Up("Subject: x\n\r\n"),
      Down("a2 OK stored\r\n"), Up("a3 append Sent {3+}\r\none {3+}\r\ntwo\r\n"), Down("a3 OK\r\n"), Up("a4 UID FETCH 1 BODY[]\r\n"),
      Down("* 1 FETCH (UID 1 BODY[] {5}\r\nletter)\r\n"), EndUp(), EndDown()};
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, events);
  const auto letters = seen.Objects(Part::kImapMessage);
  ASSERT_EQ(letters.size(), 4u);
  EXPECT_EQ(letters[0].bytes, "Subject: x\n");
  EXPECT_EQ(letters[1].bytes, "one");
  EXPECT_EQ(letters[2].bytes, "two");
  EXPECT_EQ(letters[3].bytes, "lette");
  EXPECT_EQ(letters[3].direction, Direction::kDownload);
  for (const SeenObject& letter : letters) EXPECT_TRUE(letter.complete);
  EXPECT_EQ(letters[0].type, "message/rfc822");
  EXPECT_EQ(seen.NameOf(NameKind::kUser), "alice");
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kImap, events);
}

TEST(ImapSession, TakesOnlyWhatBeginsWithAHeadForALetter) {
  struct { const char* item; const char* type; } items[] = {{"BODY[]", "message/rfc822"}, {"RFC822", "message/rfc822"}, {"body[header]", "message/rfc822"}, {"BODY[2.MIME]", "message/rfc822"},
    {"BODY[]<0>", "message/rfc822"}, {"BODY[2]", ""}, {"BODY[1.2]", ""}, {"BODY[TEXT]", ""}, {"BINARY[2]", ""}, {"RFC822.TEXT", ""}};
  for (const auto& [item, type] : items) {
    Conversation seen(ProtocolId::kImap);
    PlayAll(seen, {kGreeting, Up("a4 UID FETCH 1 X\r\n"), Down(std::string("* 1 FETCH (UID 1 ") + item + " {5}\r\nletter)\r\n"), EndUp(), EndDown()});
    ASSERT_EQ(seen.Objects(Part::kImapMessage).size(), 1u) << item;
    EXPECT_EQ(seen.Objects(Part::kImapMessage)[0].type, type) << item;
    EXPECT_TRUE(seen.anomalies.empty()) << item;
  }
}

TEST(ImapSession, NamesLettersInPieces) {
  Conversation fetched(ProtocolId::kImap);
  PlayAll(fetched, {kGreeting, Up("a4 FETCH 1 BODY.PEEK[]<2048.2048>\r\n"), Down("* 1 FETCH (BODY[]<2048> {5}\r\nlette)\r\n"), EndUp(), EndDown()});
  EXPECT_EQ(fetched.anomalies, std::vector{AnomalyKind::kPartialObject});
  const std::vector<Event> events = {kGreeting, Up("a5 APPEND Sent CATENATE (TEXT {3+}\r\none TEXT {3+}\r\ntwo)\r\n"), EndUp(), EndDown()};
  Conversation stored(ProtocolId::kImap);
  PlayAll(stored, events);
  EXPECT_EQ(stored.anomalies, std::vector{AnomalyKind::kScatteredFile});
  ASSERT_EQ(stored.Objects(Part::kImapMessage).size(), 2u);
  EXPECT_EQ(stored.Objects(Part::kImapMessage)[0].type, "message/rfc822");
  EXPECT_EQ(stored.Objects(Part::kImapMessage)[1].type, "");
  ExpectSameInAnyCut(ProtocolId::kImap, events);
}

TEST(ImapSession, TakesOtherLiteralsAsPartOfTheirLine) {
  const std::vector<Event> events = {kGreeting, Up("a1 LOGIN {5+}\r\nalice {6+}\r\nsecret\r\na2 CAPABILITY\r\n")};
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, events);
  EXPECT_TRUE(seen.Objects(Part::kImapMessage).empty());
  EXPECT_EQ(seen.Objects(Part::kImapControl).size(), 2u);
  ExpectSameInAnyCut(ProtocolId::kImap, events);
}

TEST(ImapSession, ReadsCommandsAgainWhenTheServerRefusesALiteral) {
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, {kGreeting, Up("a1 APPEND Sent {1000}\r\n"), Down("a1 NO too large\r\n"), Up("a2 LOGIN bob x\r\n")});
  EXPECT_TRUE(seen.Objects(Part::kImapMessage).empty());
  EXPECT_EQ(seen.NameOf(NameKind::kUser), "bob");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(ImapSession, SaysAmbiguousWhenARefusedLiteralWasSent) {
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, {kGreeting, Up("a1 APPEND Sent {1000}\r\nhidden"), Down("a1 NO too large\r\n")});
  EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming));
  EXPECT_EQ(seen.Objects(Part::kImapMessage)[0].bytes, "hidden");
}

TEST(ImapSession, GivesUpOnSizesThatOverflow) {
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, {kGreeting, Up("a1 APPEND Sent {18446744073709551616}\r\nx")});
  EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming));
}

TEST(ImapSession, HandsOverWhenTlsIsGranted) {
  Conversation seen(ProtocolId::kImap);
  PlayAll(seen, {kGreeting, Up("a1 STARTTLS\r\n"), Down("a1 OK begin\r\n")});
  EXPECT_TRUE(seen.handed_over);
  Conversation refused(ProtocolId::kImap);
  PlayAll(refused, {kGreeting, Up("a1 STARTTLS\r\n"), Down("a1 BAD no\r\n"), Up("a2 LOGIN bob x\r\n"), Down("a2 OK\r\n")});
  EXPECT_FALSE(refused.handed_over);
}

TEST(ProbeImap, WantsTheNameOrACommand) {
  const auto probe = [](std::string_view text) { return ProbeImap(Direction::kUpload, ByteView(text)); };
  EXPECT_EQ(probe("* OK IMAP4 ready\r\n"), Certainty::kYes);
  EXPECT_EQ(probe("* OK ready\r\n"), Certainty::kUnsure);
  EXPECT_EQ(probe("a001 CAPABILITY\r\n"), Certainty::kYes);
  EXPECT_EQ(probe("GET / HTTP/1.1"), Certainty::kNo);
  EXPECT_EQ(probe("a001 CAP"), Certainty::kUnsure);
}

}  // namespace
}  // namespace sluice::protocol
