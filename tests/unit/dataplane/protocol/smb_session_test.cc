#include "dataplane/protocol/smb_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/smb_messages.h"
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

using namespace sluice::testing;  // the messages

const std::string kFile = FileId(1);

Conversation& Play(Conversation& seen, const std::vector<Event>& events) {
  PlayAll(seen, events);
  ExpectSameInAnyCut(ProtocolId::kSmb, events);
  return seen;
}

std::vector<Event> Opened(std::vector<Event> then, uint64_t size = 0) {
  std::vector<Event> events = {Up(Framed(Smb2Create(1, "docs\\plan.docx"))), Down(Framed(Smb2Created(1, 1, size)))};
  events.insert(events.end(), then.begin(), then.end());
  return events;
}

TEST(SmbSession, JoinsWritesIntoTheFileThatCreateNamed) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(Smb2Write(2, kFile, 0, "first, "))), Up(Framed(Smb2Write(3, kFile, 7, std::string(3000, 'x')))), Up(Framed(Smb2Close(4, kFile))), EndUp(), EndDown()}));
  EXPECT_EQ(seen.Objects(Part::kSmbFile), (std::vector<SeenObject>{{Part::kSmbFile, Direction::kUpload, "docs\\plan.docx", "", "", "first, " + std::string(3000, 'x'), true, true}}));
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, ReadsCompoundsCommandByCommand) {
  const std::string create = Smb2Create(1, "note.txt", 144), write = Smb2Write(2, kRelatedFile, 0, "inside a compound", true, 136);
  ASSERT_EQ(create.size(), 136u);
  const std::string padding(8, '\0');
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Up(Framed(create + padding + write + std::string(136 - write.size(), '\0') + Smb2Close(3, kRelatedFile, true)))});
  const std::vector<SeenObject> files = seen.Objects(Part::kSmbFile);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].name, "note.txt");
  EXPECT_EQ(files[0].bytes, "inside a compound");
  EXPECT_TRUE(files[0].complete);
}

TEST(SmbSession, JoinsAnswersToReads) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(Smb2Read(2, kFile, 0, 5))), Up(Framed(Smb2Read(3, kFile, 5, 99))), Down(Framed(Smb2ReadAnswer(2, "hello"))), Down(Framed(Smb2ReadAnswer(3, " world"))),
                     Up(Framed(Smb2Close(4, kFile)))}, 11));
  EXPECT_EQ(seen.Objects(Part::kSmbFile), (std::vector<SeenObject>{{Part::kSmbFile, Direction::kDownload, "docs\\plan.docx", "", "", "hello world", true, true}}));
}

TEST(SmbSession, MakesPiecesOfWhatIsWrittenOutOfOrderAndSaysSo) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(Smb2Write(2, kFile, 100, "later"))), Up(Framed(Smb2Write(3, kFile, 0, "first"))), Up(Framed(Smb2Write(4, kFile, 105, " on"))), Up(Framed(Smb2Close(5, kFile)))}));
  const std::vector<SeenObject> files = seen.Objects(Part::kSmbFile);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].bytes, "later on");
  EXPECT_EQ(files[1].bytes, "first");
  EXPECT_FALSE(files[0].complete || files[1].complete);
  EXPECT_EQ(seen.anomalies, (std::vector<AnomalyKind>{AnomalyKind::kScatteredFile}));
}

TEST(SmbSession, SaysThatRewrittenBytesWereNotSeenInTheirPlace) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(Smb2Write(2, kFile, 0, "Xecret"))), Up(Framed(Smb2Write(3, kFile, 0, "S"))), Up(Framed(Smb2Close(4, kFile)))}));
  EXPECT_EQ(seen.Objects(Part::kSmbFile).size(), 2u);
  EXPECT_TRUE(seen.Has(AnomalyKind::kScatteredFile));
}

TEST(SmbSession, ReadsAFileAgainWithoutAnomaly) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(Smb2Read(2, kFile, 0, 5))), Down(Framed(Smb2ReadAnswer(2, "hello"))), Up(Framed(Smb2Read(3, kFile, 0, 5))), Down(Framed(Smb2ReadAnswer(3, "hello"))),
                     Up(Framed(Smb2Close(4, kFile)))}, 5));
  EXPECT_EQ(seen.Objects(Part::kSmbFile).size(), 2u);
  EXPECT_TRUE(seen.Objects(Part::kSmbFile)[1].complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, NamesFilesWhereOnlyTheClientIsSeen) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Up(Framed(Smb2Create(1, "alone.txt"))), Up(Framed(Smb2Write(2, kFile, 0, "text"))), Up(Framed(Smb2Close(3, kFile)))});
  ASSERT_EQ(seen.Objects(Part::kSmbFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmbFile)[0].name, "alone.txt");
}

TEST(SmbSession, InspectsAnswersWhereOnlyTheServerIsSeen) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Down(Framed(Smb2ReadAnswer(2, "one "))), Down(Framed(Smb2ReadAnswer(3, "two"))), EndDown()});
  ASSERT_EQ(seen.Objects(Part::kSmbFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmbFile)[0].bytes, "one two");
  EXPECT_FALSE(seen.Objects(Part::kSmbFile)[0].complete);
}

TEST(SmbSession, JoinsWhatIsSaidThroughPipes) {
  const std::string connect = Smb2({.command = 3, .message = 1}, Le(9, 2) + Le(0, 2) + Le(72, 2) + Le(26, 2) + Wide("\\\\server\\IPC$"));
  const std::string connected = Smb2({.command = 3, .message = 1, .response = true, .tree = 9}, Le(16, 2) + Le(2, 1) + Le(0, 13));
  const std::string created = Smb2({.command = 5, .message = 2, .response = true, .tree = 9}, Le(89, 2) + std::string(62, '\0') + kFile + Le(0, 8));
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Up(Framed(connect)), Down(Framed(connected)), Up(Framed(Smb2Create(2, "srvsvc"))), Down(Framed(created)), Up(Framed(Smb2Write(3, kFile, 0, "bind"))),
              Up(Framed(Smb2Write(4, kFile, 0, "call"))), Up(Framed(Smb2Close(5, kFile)))});
  ASSERT_EQ(seen.Objects(Part::kSmbFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmbFile)[0].bytes, "bindcall");
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "server");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, NamesDialectAndUser) {
  const std::string ntlm = std::string("NTLMSSP\0\3\0\0\0", 12) + std::string(24, '\0') + Le(10, 2) + Le(10, 2) + Le(64, 4) + std::string(20, '\0') + Wide("alice");
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Down(Framed(Smb2({.command = 0, .response = true}, Le(65, 2) + Le(1, 2) + Le(0x311, 2) + Le(0, 58)))),
              Up(Framed(Smb2({.command = 1}, Le(25, 2) + Le(0, 10) + Le(88, 2) + Le(ntlm.size(), 2) + Le(0, 8) + ntlm)))});
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "SMB 3.1.1");
  EXPECT_EQ(seen.NameOf(NameKind::kUser), "alice");
}

TEST(SmbSession, TakesEncryptedMessagesForOpaque) {
  Conversation seen(ProtocolId::kSmb);
  const std::string sealed = std::string("\xfdSMB") + std::string(200, '\x5a');
  Play(seen, {Up(Framed(sealed)), Down(Framed(sealed)), Up(Framed(Smb2Create(9, "plain again")))});
  EXPECT_EQ(seen.opaque[Index(Direction::kUpload)].size(), sealed.size() - 4);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, HandsOnCompressedMessagesAsCoded) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Up(Framed(std::string("\xfcSMB") + std::string(200, '\x5a'))), EndUp()});
  ASSERT_EQ(seen.Objects(Part::kSmbFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmbFile)[0].encoding, "smb");
}

TEST(SmbSession, SkipsLostBytesOfAFile) {
  const std::string write = Framed(Smb2Write(2, kFile, 0, std::string(1000, 'a')));
  Conversation seen(ProtocolId::kSmb);
  PlayAll(seen, Opened({Up(write.substr(0, 200)), LostUp(800), Up(write.substr(1000)), Up(Framed(Smb2Write(3, kFile, 1000, "end"))), Up(Framed(Smb2Close(4, kFile)))}));
  ASSERT_EQ(seen.Objects(Part::kSmbFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kSmbFile)[0].bytes.size(), 1003u - 800u);
  EXPECT_FALSE(seen.Objects(Part::kSmbFile)[0].complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, FindsItsPlaceAgainBehindLostCommands) {
  Conversation seen(ProtocolId::kSmb);
  PlayAll(seen, Opened({LostUp(500), Up("the tail of something"), Up(Framed(Smb2Write(3, kFile, 0, "whole"))), Up(Framed(Smb2Close(4, kFile))), EndUp()}));
  EXPECT_TRUE(seen.Has(AnomalyKind::kProtocolGap));
  EXPECT_EQ(seen.Objects(Part::kTcpStream).at(0).bytes, "the tail of something");
  EXPECT_EQ(seen.Objects(Part::kSmbFile).at(0).bytes, "whole");
}

TEST(SmbSession, SendsWhatBreaksItsRulesToRaw) {
  for (const std::string& bad : {Framed("no message at all"), std::string("\x42\0\0\x04zzzz", 8), Framed(Smb2({.command = 9, .next = 12}, std::string(48, '\0')))}) {
    Conversation seen(ProtocolId::kSmb);
    Play(seen, {Up(Framed(Smb2Create(1, "a"))), Up(bad), Up("and the rest")});
    EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
    ASSERT_EQ(seen.Objects(Part::kTcpStream).size(), 1u);
    EXPECT_TRUE(seen.Objects(Part::kTcpStream)[0].bytes.ends_with("and the rest"));
  }
}

TEST(SmbSession, DistrustsWritesThatAnnounceMoreThanThereIs) {
  std::string write = Smb2Write(2, kFile, 0, "short");
  write.replace(68, 4, Le(1000, 4));
  Conversation seen(ProtocolId::kSmb);
  Play(seen, Opened({Up(Framed(write)), Up(Framed(Smb2Close(4, kFile)))}));
  EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
  EXPECT_EQ(seen.Objects(Part::kSmbFile).at(0).bytes, "short");
}

TEST(SmbSession, TellsWhenMoreFilesAreOpenThanItKeeps) {
  std::vector<Event> events;
  for (uint64_t i = 1; i <= FileBook::kFiles + 1; ++i) {
    events.push_back(Up(Framed(Smb2Create(i, "f" + std::to_string(i)))));
    events.push_back(Down(Framed(Smb2Created(i, i))));
    events.push_back(Up(Framed(Smb2Write(100 + i, FileId(i), 0, "text " + std::to_string(i)))));
  }
  events.push_back(EndUp());
  Conversation seen(ProtocolId::kSmb);
  Play(seen, events);
  EXPECT_EQ(seen.Objects(Part::kSmbFile).size(), FileBook::kFiles + 1);
  EXPECT_TRUE(seen.Has(AnomalyKind::kStreamLimit));
}

TEST(SmbSession, ReadsAndWritesFilesOfSmb1) {
  Conversation seen(ProtocolId::kSmb);
  Play(seen, {Up(Framed(Smb1Create(5, "\\old.rtf"))), Down(Framed(Smb1Created(5, 77))), Up(Framed(Smb1Write(77, 0, "{\\rtf1 "))), Up(Framed(Smb1Write(77, 7, std::string(70000, 'r')))),
              Up(Framed(Smb1Read(6, 77, 0))), Down(Framed(Smb1ReadAnswer(6, "{\\rtf1 "))), Up(Framed(Smb1Close(77))), EndUp(), EndDown()});
  const std::vector<SeenObject> files = seen.Objects(Part::kSmbFile);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "\\old.rtf");
  EXPECT_EQ(files[0].bytes, "{\\rtf1 " + std::string(70000, 'r'));
  EXPECT_TRUE(files[0].complete);
  EXPECT_EQ(files[1].bytes, "{\\rtf1 ");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(SmbSession, IsToldByItsFirstMessage) {
  const std::string first = Framed(Smb2Create(1, "a")), request = std::string("\x81\0\0\x44\x20", 5) + std::string(67, 'C');
  for (const std::string& each : {first, request, Framed(Smb1Close(1))}) {
    EXPECT_EQ(Probe(Direction::kUpload, ByteView(std::string_view(each))).id, ProtocolId::kSmb);
    EXPECT_EQ(Probe(Direction::kUpload, ByteView(std::string_view(each)).First(3)).certainty, Certainty::kUnsure);
  }
}

}  // namespace
}  // namespace sluice::protocol
