#include "dataplane/protocol/rpc_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/nfs_messages.h"
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

using namespace sluice::testing;  // the messages

Conversation& Play(Conversation& seen, const std::vector<Event>& events) {
  PlayAll(seen, events);
  ExpectSameInAnyCut(ProtocolId::kNfs, events);
  return seen;
}
const std::vector<Event> kCreated = {Up(Record(Nfs3Create(1, "plan.docx"))), Down(Record(Nfs3Created(1, "handle-1")))};

std::vector<Event> Created(std::vector<Event> then) {
  std::vector<Event> events = kCreated;
  events.insert(events.end(), then.begin(), then.end());
  return events;
}

TEST(RpcSession, JoinsWritesOfNfs3IntoTheFileThatCreateNamed) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, Created({Up(Record(Nfs3Write(2, "handle-1", 0, "first, "))), Up(Record(Nfs3Write(3, "handle-1", 7, std::string(3001, 'x')))), Up(Record(Nfs3Commit(4, "handle-1"))), EndUp(), EndDown()}));
  EXPECT_EQ(seen.Objects(Part::kNfsFile), (std::vector<SeenObject>{{Part::kNfsFile, Direction::kUpload, "plan.docx", "", "", "first, " + std::string(3001, 'x'), true, true}}));
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(RpcSession, DoesNotCallAFileCompleteThatWasNotCommitted) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, Created({Up(Record(Nfs3Write(2, "handle-1", 0, "stable", 2))), Up(Record(Nfs3Write(3, "handle-1", 6, "unstable", 0))), EndUp()}));
  ASSERT_EQ(seen.Objects(Part::kNfsFile).size(), 1u);
  EXPECT_FALSE(seen.Objects(Part::kNfsFile)[0].complete);
  Conversation stable(ProtocolId::kNfs);
  Play(stable, Created({Up(Record(Nfs3Write(2, "handle-1", 0, "stable", 2))), EndUp()}));
  EXPECT_TRUE(stable.Objects(Part::kNfsFile).at(0).complete);
}

TEST(RpcSession, JoinsAnswersToReadsOfNfs3) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Nfs3Lookup(1, "plan.pdf"))), Down(Record(Nfs3Found(1, "h"))), Up(Record(Nfs3Read(2, "h", 0))), Up(Record(Nfs3Read(3, "h", 5))), Down(Record(Nfs3ReadAnswer(2, "hello", false))),
              Down(Record(Nfs3ReadAnswer(3, " world", true))), EndDown()});
  EXPECT_EQ(seen.Objects(Part::kNfsFile), (std::vector<SeenObject>{{Part::kNfsFile, Direction::kDownload, "plan.pdf", "", "", "hello world", true, true}}));
}

TEST(RpcSession, ReadsRecordsThatComeInFragments) {
  const std::string call = Nfs3Write(2, "handle-1", 0, "in three fragments");
  Conversation seen(ProtocolId::kNfs);
  Play(seen, Created({Up(Be(10, 4) + call.substr(0, 10)), Up(Be(call.size() - 20, 4) + call.substr(10, call.size() - 20)), Up(Record(call.substr(call.size() - 10))), EndUp()}));
  EXPECT_EQ(seen.Objects(Part::kNfsFile).at(0).bytes, "in three fragments");
}

TEST(RpcSession, JoinsWritesOfNfs4IntoTheFileThatOpenNamed) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Compound(1, 5, Sequence4() + PutHandle4("root") + Open4("四.txt") + GetHandle4() + Attributes4()))),
              Down(Record(CompoundAnswer(1, 4, Sequenced4() + Done4(22) + Opened4() + Handle4("fh")))),
              Up(Record(Compound(2, 4, Sequence4() + PutHandle4("fh") + Write4(0, "first ") + Attributes4()))), Up(Record(Compound(3, 3, Sequence4() + PutHandle4("fh") + Write4(6, "second")))),
              Up(Record(Compound(4, 3, Sequence4() + PutHandle4("fh") + Close4()))), EndUp(), EndDown()});
  EXPECT_EQ(seen.Objects(Part::kNfsFile), (std::vector<SeenObject>{{Part::kNfsFile, Direction::kUpload, "四.txt", "", "", "first second", true, true}}));
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(RpcSession, KeepsApartWhatWasWrittenBeforeItsHandleWasKnown) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Compound(1, 2, PutHandle4("fh") + Write4(0, "known by its handle")))), Up(Record(Compound(2, 4, PutHandle4("root") + Open4("n") + GetHandle4() + Write4(0, "before the answer")))),
              Down(Record(CompoundAnswer(2, 3, Done4(22) + Opened4() + Handle4("fh")))), Up(Record(Compound(3, 2, PutHandle4("fh") + Write4(17, ", behind it")))), EndUp(), EndDown()});
  const std::vector<SeenObject> files = seen.Objects(Part::kNfsFile);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].bytes, "known by its handle");
  EXPECT_EQ(files[1].bytes, "before the answer, behind it");
  EXPECT_EQ(files[1].name, "n");
}

TEST(RpcSession, ReadsEachWriteOfACompound) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Compound(2, 4, PutHandle4("a") + Write4(0, "into a") + PutHandle4("b") + Write4(0, "into b")))), EndUp()});
  const std::vector<SeenObject> files = seen.Objects(Part::kNfsFile);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].bytes, "into a");
  EXPECT_EQ(files[1].bytes, "into b");
}

TEST(RpcSession, JoinsAnswersToReadsOfNfs4) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Compound(1, 3, PutHandle4("root") + Open4("r.txt") + GetHandle4()))), Down(Record(CompoundAnswer(1, 3, Done4(22) + Opened4() + Handle4("fh")))),
              Up(Record(Compound(2, 3, Sequence4() + PutHandle4("fh") + Read4(0)))), Down(Record(CompoundAnswer(2, 3, Sequenced4() + Done4(22) + ReadDone4("all of it", true)))), EndDown()});
  EXPECT_EQ(seen.Objects(Part::kNfsFile), (std::vector<SeenObject>{{Part::kNfsFile, Direction::kDownload, "r.txt", "", "", "all of it", true, true}}));
}

TEST(RpcSession, SaysWhatItCannotReadOfACompound) {
  Conversation unknown(ProtocolId::kNfs);
  Play(unknown, {Up(Record(Compound(1, 2, Be(9999, 4) + Write4(0, "behind it")))), EndUp()});
  EXPECT_TRUE(unknown.Has(AnomalyKind::kMalformedProtocol));
  EXPECT_NE(unknown.Objects(Part::kRpcControl).at(0).bytes.find("behind it"), std::string::npos) << "inspected all the same";
  Conversation oversized(ProtocolId::kNfs);
  Play(oversized, {Up(Record(Compound(1, 2, Be(37, 4) + Be(1, 4) + Be(1, 4) + Opaque(std::string(2000, 'v')) + Write4(0, "behind it")))), EndUp()});
  EXPECT_TRUE(oversized.Has(AnomalyKind::kOversizedHeader));
  EXPECT_NE(oversized.Objects(Part::kRpcControl).at(0).bytes.find("behind it"), std::string::npos);
}

TEST(RpcSession, TakesWhatIsEncryptedForOpaqueAndReadsWhatIsOnlySigned) {
  Conversation sealed(ProtocolId::kNfs);
  Play(sealed, {Up(Record(GssCall(1, 7, 3, std::string(400, 'z')))), Down(Record(RpcAnswer(1, std::string(60, 'z')))), EndUp()});
  EXPECT_EQ(sealed.opaque[Index(Direction::kUpload)], std::string(400, 'z'));
  EXPECT_EQ(sealed.opaque[Index(Direction::kDownload)], std::string(60, 'z'));
  Conversation signed_only(ProtocolId::kNfs);
  Play(signed_only, {Up(Record(GssCall(1, 7, 2, Be(100, 4) + Be(7, 4) + Opaque("fh") + Be(0, 8) + Be(4, 4) + Be(2, 4) + Opaque("text")))), EndUp()});
  EXPECT_EQ(signed_only.Objects(Part::kNfsFile).at(0).bytes, "text");
}

TEST(RpcSession, InspectsAnswersWhereOnlyTheServerIsSeen) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Down(Record(Nfs3ReadAnswer(2, "hello", false))), EndDown()});
  EXPECT_NE(seen.Objects(Part::kRpcControl).at(0).bytes.find("hello"), std::string::npos);
}

TEST(RpcSession, NamesFilesWhereOnlyTheClientIsSeen) {
  Conversation seen(ProtocolId::kNfs);
  Play(seen, {Up(Record(Nfs3Create(1, "alone.txt"))), Up(Record(Nfs3Write(2, "h", 0, "text"))), EndUp()});
  EXPECT_EQ(seen.Objects(Part::kNfsFile).at(0).name, "alone.txt");
}

TEST(RpcSession, FindsItsPlaceAgainBehindLostCalls) {
  Conversation seen(ProtocolId::kNfs);
  PlayAll(seen, Created({LostUp(500), Up("the tail of something"), Up(Record(Nfs3Write(3, "handle-1", 0, "whole"))), EndUp()}));
  EXPECT_TRUE(seen.Has(AnomalyKind::kProtocolGap));
  EXPECT_EQ(seen.Objects(Part::kNfsFile).at(0).bytes, "whole");
}

TEST(RpcSession, ReadsDatagramsEachAsAMessage) {
  Conversation seen(ProtocolId::kNfsDatagrams);
  PlayAll(seen, {Up(Nfs3Create(1, "u.txt")), Down(Nfs3Created(1, "h")), Up("no call at all"), Up(Nfs3Write(2, "h", 0, "by ")), Up(Nfs3Write(3, "h", 3, "datagram", 2)), EndUp()});
  EXPECT_EQ(seen.Objects(Part::kNfsFile), (std::vector<SeenObject>{{Part::kNfsFile, Direction::kUpload, "u.txt", "", "", "by datagram", true, true}}));
  EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
}

TEST(RpcSession, IsToldByItsFirstCall) {
  const std::string nfs = Nfs3Create(1, "a"), mount = RpcCall(1, 3, 1, Opaque("/export"), 100005);
  const auto probe = [](const std::string& bytes) { return Probe(Direction::kUpload, ByteView(std::string_view(bytes))); };
  EXPECT_EQ(probe(Record(nfs)).id, ProtocolId::kNfs);
  EXPECT_EQ(probe(Record(mount)).id, ProtocolId::kRpc);
  EXPECT_EQ(probe(Record(nfs).substr(0, 20)).certainty, Certainty::kUnsure);
  EXPECT_EQ(ProbeDatagram(Direction::kUpload, ByteView(std::string_view(nfs))).id, ProtocolId::kNfsDatagrams);
  EXPECT_EQ(ProbeDatagram(Direction::kUpload, ByteView(std::string_view(mount))).id, ProtocolId::kRpcDatagrams);
}

}  // namespace
}  // namespace sluice::protocol
