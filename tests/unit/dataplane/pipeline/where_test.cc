// Rules that say where: what things are called, subjects of mails, properties of documents.
#include <gtest/gtest.h>

#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

constexpr const char* kMark = "\xE6\x9C\xBA\xE5\xAF\x86\xE6\x8A\xA5\xE5\x91\x8A";            // 机密报告
constexpr const char* kMarkInGbk = "\xBB\xFA\xC3\xDC\xB1\xA8\xB8\xE6";

std::shared_ptr<const bundle::Bundle> RuleFor(const std::string& where) {
  return PolicyOf("pack: {id: test.where, title: T}\ndetectors:\n  report: {literals: [\"" + std::string(kMark) + "\"]}\nrules:\n"
                  "  - {id: test.where, title: T, action: alert, detect: report, where: [" + where + "], match: [\"" + kMark + "\"]}\n");
}

std::string Le(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}
std::string StoredZip(const std::string& name, const std::string& text) {
  return "PK\x03\x04" + Le(20, 2) + Le(0, 2) + Le(0, 2) + Le(0, 8) + Le(text.size(), 4) + Le(text.size(), 4) + Le(name.size(), 2) + Le(0, 2) + name + text + "PK\x05\x06" +
         std::string(18, '\0');
}

std::vector<TimedFrame> Put(const std::string& path, const std::string& body) {
  TcpSession session;
  session.Handshake();
  session.Send(Side::kClient, "PUT " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return session.frames();
}
std::vector<TimedFrame> Mail(const std::string& fields, const std::string& text) {
  TcpSession session;
  session.Handshake();
  session.Send(Side::kServer, "220 mail ESMTP\r\n").Send(Side::kClient, "EHLO h\r\n").Send(Side::kServer, "250 mail\r\n");
  session.Send(Side::kClient, "MAIL FROM:<a@b>\r\n").Send(Side::kServer, "250 ok\r\n").Send(Side::kClient, "RCPT TO:<c@d>\r\n").Send(Side::kServer, "250 ok\r\n");
  session.Send(Side::kClient, "DATA\r\n").Send(Side::kServer, "354 go on\r\n");
  session.Send(Side::kClient, "From: a@b\r\n" + fields + "Content-Type: text/plain\r\n\r\n" + text + "\r\n.\r\n").Send(Side::kServer, "250 ok\r\n");
  return session.frames();
}

std::vector<std::string> PathsOf(const Seen& seen) {
  std::vector<std::string> paths;
  for (const SeenFinding& finding : seen.findings) paths.push_back(finding.object_path);
  return paths;
}
using Paths = std::vector<std::string>;

TEST(Where, ANameOfAMemberIsSeenInItsOwnCharset) {
  const Seen seen = Play(Put("/up", StoredZip(std::string(kMarkInGbk) + ".txt", "nothing in here, for as long as a text is that is told to be one")), RuleFor("name"));
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].encoding, "gb18030");
  EXPECT_TRUE(seen.findings[0].object_path.ends_with("\nname")) << seen.findings[0].object_path;
}

// What is seen in a name does not depend on how it is shown.
TEST(Where, NamesAreShownInTheCharsetThatTheOperatorGave) {
  const std::string zip = StoredZip(std::string(kMarkInGbk) + ".txt", "nothing in here, for as long as a text is that is told to be one");
  PlayOptions options;
  options.decode.names_charset.Assign("gb18030");
  const Seen seen = Play(Put("/up", zip), RuleFor("name"), options);
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].encoding, "gb18030");
  EXPECT_EQ(seen.findings[0].object_path, std::string("http.request.body\nzip:") + kMark + ".txt\nname");
}

TEST(Where, ANameOfAnUploadIsSeenBeforeItsContent) {
  EXPECT_EQ(PathsOf(Play(Put(std::string("/up/") + kMark + ".txt", "nothing"), RuleFor("name"))), (Paths{"http.request.body\nname"}));
}

TEST(Where, AContentIsNoName) {
  EXPECT_TRUE(Play(Put("/up", kMark), RuleFor("name")).findings.empty());
  EXPECT_EQ(PathsOf(Play(Put("/up", kMark), RuleFor("name, body"))), (Paths{"http.request.body"}));
}

TEST(Where, ASubjectIsSeenPlainAndInEncodedWords) {
  EXPECT_EQ(PathsOf(Play(Mail("Subject: " + std::string(kMark) + "\r\n", "text"), RuleFor("subject"))), (Paths{"smtp.message\nmessage:subject"}));
  EXPECT_EQ(PathsOf(Play(Mail("Subject: =?gb18030?B?u/rD3LGouOY=?=\r\n", "text"), RuleFor("subject"))), (Paths{"smtp.message\nmessage:subject"}));
  EXPECT_TRUE(Play(Mail("Subject: x\r\n", kMark), RuleFor("subject")).findings.empty());
}

TEST(Where, ASubjectIsToldOnceByARuleThatAsksForNoPlace) {
  EXPECT_EQ(Play(Mail("Subject: " + std::string(kMark) + "\r\n", "text"), RuleFor("body, subject, name, header, metadata")).findings.size(), 1u);
}

TEST(Where, PropertiesOfADocumentAreMetadataAndContent) {
  const std::string core = "<?xml version=\"1.0\"?><cp:coreProperties><dc:title>" + std::string(kMark) + "</dc:title></cp:coreProperties>";
  const std::vector<TimedFrame> frames = Put("/up", StoredZip("docProps/core.xml", core));
  EXPECT_EQ(Play(frames, RuleFor("metadata")).findings.size(), 1u);
  EXPECT_FALSE(Play(frames, RuleFor("body")).findings.empty());
  EXPECT_TRUE(Play(Put("/up", StoredZip("word/document.xml", core)), RuleFor("metadata")).findings.empty());
}

TEST(Where, AnAttachmentThatIsCalledSubjectIsStillContent) {
  const std::string mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; name=subject\r\n\r\n" + std::string(kMark) + "\r\n--b--\r\n";
  EXPECT_FALSE(Play(Mail("", mail), RuleFor("body")).findings.empty());
}

}  // namespace
}  // namespace sluice::test
