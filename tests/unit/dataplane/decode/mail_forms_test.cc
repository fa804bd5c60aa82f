// What mail programs pack documents into: opened where it can be, named where it cannot, in any cut.
#include "tests/unit/dataplane/decode/mail_forms.h"

#include "tests/unit/dataplane/decode/containers.h"

namespace sluice::decode {
namespace {

using Views = std::map<std::string, std::string>;
using Outcomes = std::map<std::string, std::string>;

TEST(CmsDecoder, GivesTheContentOfWhatIsNotEncrypted) {
  Opener opener;
  const std::string text = SomeText(4000);
  for (const CmsType type : {CmsType::kData, CmsType::kSigned, CmsType::kDigested}) {
    for (const bool open : {false, true}) {
      for (const size_t piece : {size_t{7}, size_t{1000}}) {
        const Opened opened = opener.OpenInAnyCut(MakeCms(type, text, open, piece));
        EXPECT_EQ(opened.views, (Views{{"cms", text}})) << static_cast<int>(type) << open;
        EXPECT_EQ(opened.outcomes, Outcomes()) << static_cast<int>(type) << open << piece;
      }
    }
  }
  for (const size_t size : {1u, 12u, 13u, 14u}) EXPECT_EQ(opener.OpenInAnyCut(MakeCms(CmsType::kSigned, text.substr(0, size))).views, (Views{{"cms", text.substr(0, size)}}));
}

TEST(CmsDecoder, OpensWhatItsContentIsInTurn) {
  Opener opener;
  const std::string part = "Content-Type: text/plain; name=a.txt\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n";
  EXPECT_EQ(opener.OpenInAnyCut(MakeCms(CmsType::kSigned, part, true)).views.at("cms/message:a.txt/base64"), "hello world");
  EXPECT_EQ(opener.OpenInAnyCut(MakeCms(CmsType::kCompressed, ZlibEncode(SomeText(3000), 15))).views.at("cms/zlib"), SomeText(3000));
  EXPECT_EQ(opener.OpenInAnyCut(MakeCms(CmsType::kSigned, MakeCms(CmsType::kSigned, "within"))).views.at("cms/cms"), "within");
}

TEST(CmsDecoder, SaysThatEnvelopesAreEncrypted) {
  Opener opener;
  for (const CmsType type : {CmsType::kEnveloped, CmsType::kEncrypted, CmsType::kAuthEnveloped}) {
    for (const bool open : {false, true}) {
      const Opened opened = opener.OpenInAnyCut(MakeCms(type, RandomBytes(500), open));
      EXPECT_EQ(opened.views, Views());
      EXPECT_EQ(opened.outcomes, (Outcomes{{"!", "encrypted_container"}}));
      EXPECT_GT(opened.encrypted, 500u);
    }
  }
}

TEST(CmsDecoder, ADetachedSignatureHoldsNothing) {
  Opener opener;
  const std::string detached =
      BerElement(0x30, CmsOid(CmsType::kSigned) + BerElement(0xA0, BerElement(0x30, BerElement(0x02, "\x01") + BerElement(0x31, "") + BerElement(0x30, CmsOid(CmsType::kData)))));
  const Opened opened = opener.OpenInAnyCut(detached);
  EXPECT_EQ(opened.views, Views());
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(CmsDecoder, NamesWhatIsCutOrBroken) {
  Opener opener;
  const std::string whole = MakeCms(CmsType::kSigned, SomeText(2000));
  opener.ExpectReadableWhenTruncated(whole);
  EXPECT_EQ(opener.Open(whole.substr(0, 1500)).outcomes, (Outcomes{{"!", "truncated_container"}, {"cms", "truncated_container"}}));
  // An element that is longer than the one around it.
  std::string broken = whole;
  broken[broken.find(std::string("\x06\x09\x2A", 3)) + 1] = '\x7F';
  EXPECT_EQ(opener.Open(broken.insert(0, "")).outcomes.size(), 0u) << "no sign of a message any more";
  broken = MakeCms(CmsType::kDigested, "text");
  broken[broken.size() - 33] = '\x60';
  EXPECT_EQ(opener.OpenInAnyCut(broken).outcomes, (Outcomes{{"!", "corrupt_container"}}));
  EXPECT_EQ(opener.Open(broken).views, (Views{{"cms", "text"}}));
  // Elements without an end, one within the other.
  std::string deep = MakeCms(CmsType::kSigned, "text", true);
  deep = deep.substr(0, deep.find("text") - 2);
  for (int i = 0; i < 1000; ++i) deep += std::string("\x24\x80", 2);
  EXPECT_EQ(opener.Open(deep).outcomes, (Outcomes{{"!", "corrupt_container"}}));
}

TEST(TnefDecoder, GivesAttachmentsByTheirNames) {
  Opener opener;
  const std::string zip = MakeZip({{.name = "x", .text = "inside", .deflated = true}});
  const Opened opened = opener.OpenInAnyCut(MakeTnef({{"a.txt", "one"}, {"b.zip", zip}, {"empty", ""}}));
  EXPECT_EQ(opened.views.at("tnef:a.txt"), "one");
  EXPECT_EQ(opened.views.at("tnef:b.zip/zip:x"), "inside");
  EXPECT_EQ(opened.views.at("tnef:empty"), "");
  EXPECT_EQ(opened.views.at("tnef:subject"), std::string("report", 7));
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(TnefDecoder, NamesTextThatStaysPacked) {
  Opener opener;
  EXPECT_EQ(opener.OpenInAnyCut(MakeTnef({}, "some properties, LZLZFu and what is packed")).outcomes, (Outcomes{{"tnef:properties", "unopened_container"}}));
}

TEST(TnefDecoder, NamesWhatIsCutOrBroken) {
  Opener opener;
  const std::string whole = MakeTnef({{"a.txt", SomeText(1000)}});
  opener.ExpectReadableWhenTruncated(whole);
  EXPECT_EQ(opener.OpenInAnyCut(whole + "\x07 and more").outcomes, (Outcomes{{"!", "corrupt_container"}}));
  EXPECT_EQ(opener.OpenInAnyCut(whole + std::string(3, '\0')).outcomes, Outcomes());
  EXPECT_EQ(opener.Open(whole.substr(0, 300)).outcomes, (Outcomes{{"!", "truncated_container"}, {"tnef:a.txt", "truncated_container"}}));
}

TEST(YencDecoder, IsOpenedWhereItStandsInText) {
  Opener opener;
  const std::string zip = MakeZip({{.name = "x", .text = SomeText(3000), .deflated = true}});
  EXPECT_EQ(opener.OpenInAnyCut("Here it is.\r\n" + YencEncode(zip) + "Regards\r\n").views.at("yenc/zip:x"), SomeText(3000));
  EXPECT_EQ(opener.OpenInAnyCut(YencEncode(zip)).views.at("yenc/zip:x"), SomeText(3000));
  EXPECT_EQ(opener.OpenInAnyCut(SomeText(600) + "\n" + YencEncode(RandomBytes(2000), 64) + SomeText(600)).views.at("yenc"), RandomBytes(2000));
}

TEST(YencDecoder, APartOfAFileIsNamed) {
  Opener opener;
  std::string part = YencEncode(SomeText(2000));
  part.insert(part.find("\r\n") + 2, "=ypart begin=1 end=2000\r\n");
  const Opened opened = opener.OpenInAnyCut("Part 1\r\n" + part);
  EXPECT_EQ(opened.views.at("yenc"), SomeText(2000));
  EXPECT_EQ(opened.outcomes, (Outcomes{{"yenc", "truncated_container"}}));
}

TEST(UuencodeDecoder, IsOpenedWhereItStandsInText) {
  Opener opener;
  const std::string zip = MakeZip({{.name = "x", .text = SomeText(3000), .deflated = true}});
  const Opened opened = opener.OpenInAnyCut("As was agreed:\n\n" + UuEncode(zip) + "\nRegards\n" + UuEncode("second"));
  EXPECT_EQ(opened.views.at("uuencode/zip:x"), SomeText(3000));
  EXPECT_EQ(opened.outcomes, Outcomes());
  size_t found = 0;
  for (const auto& [path, bytes] : opened.views) found += bytes == "second" ? 1 : 0;
  EXPECT_EQ(found, 1u);
}

TEST(UuencodeDecoder, ASentenceThatBeginsLikeOneIsNone) {
  Opener opener;
  for (const std::string text : {"We said:\nbegin 644 times and you are done, they wrote to us.\nThat is too long a line to be one of a file, isn't it?\n",
                                 "Text\nbegin 644 report.txt\n\nand then nothing of it at all, only sentences that somebody wrote down.\n",
                                 "Text\n=ybegin is how yEnc begins, as everybody knows who reads news\n"}) {
    const Opened opened = opener.OpenInAnyCut(text + SomeText(600));
    EXPECT_EQ(opened.views, Views());
    EXPECT_EQ(opened.outcomes, Outcomes());
  }
}

TEST(MboxDecoder, GivesEachLetter) {
  Opener opener;
  const std::string plain = "From: a@b\nTo: c@d\nSubject: one\n\nfirst letter\n\nFrom here on it goes down.\n\nFromage\n>From quoted\n";
  const std::string coded = "From: a@b\nTo: c@d\nDate: x\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=\n";
  const Opened opened = opener.OpenInAnyCut(MakeMbox({plain, coded, coded}));
  EXPECT_EQ(opened.views.at("mbox"), plain + "\n");
  EXPECT_EQ(opened.views.at("mbox/message"), "first letter\n\nFrom here on it goes down.\n\nFromage\n>From quoted\n\n");
  size_t letters = 0, texts = 0;
  for (const auto& [path, bytes] : opened.views) {
    letters += bytes == coded + "\n" ? 1 : 0;
    texts += bytes == "hello world" ? 1 : 0;
  }
  EXPECT_EQ(letters, 2u) << opened;
  EXPECT_EQ(texts, 2u) << opened;
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(MboxDecoder, AnyTextComesOutWhole) {
  Opener opener;
  const std::string head = "From a 07:52:13\nX: y\n\n";
  for (const std::string body : {"F", "\nFrom", "\n\nFrom \n\nFrom", "\r\n\r\nFr\r\n", "no end", "\n\n\n\n", "\n\nFrom x\n\n\nFrom 7:5\n"}) {
    EXPECT_EQ(opener.OpenInAnyCut(head + body).views.at("mbox"), "X: y\n\n" + body) << body;
  }
  const std::string longest = "\n\nFrom " + std::string(1000, 'x') + " 10:10:10 \n";
  EXPECT_EQ(opener.OpenInAnyCut(head + longest).views.at("mbox"), "X: y\n\n" + longest) << "longer than any line that divides";
}

TEST(MimeDecoder, ReadsFieldsWithComments) {
  Opener opener;
  const std::string mail =
      "From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0 (x)\r\nContent-Type: multipart/mixed (several (nested) \\) things); boundary (of it) = \"b(c\"\r\n\r\n"
      "--b(c\r\nContent-Type: application/octet-stream (bytes)\r\nContent-Transfer-Encoding: (as usual) base64\r\n\r\naGVsbG8gd29ybGQ=\r\n--b(c--\r\n";
  EXPECT_EQ(opener.OpenInAnyCut(mail).views.at("message/base64"), "hello world");
}

TEST(MimeDecoder, ReadsABoundaryInSeveralParameters) {
  Opener opener;
  const std::string mail =
      "From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary*0=ab; boundary*1=cd\r\n\r\n"
      "--abcd\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n--abcd--\r\n";
  EXPECT_EQ(opener.OpenInAnyCut(mail).views.at("message/base64"), "hello world");
}

TEST(MimeDecoder, NamesALetterThatComesInPieces) {
  Opener opener;
  const std::string mail = "From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0\r\nContent-Type: message/partial; id=x; number=2; total=3\r\n\r\nin the middle of it\r\n";
  const Opened opened = opener.OpenInAnyCut(mail);
  EXPECT_EQ(opened.views.at("message"), "in the middle of it\r\n");
  EXPECT_EQ(opened.outcomes, (Outcomes{{"message", "truncated_container"}}));
}

}  // namespace
}  // namespace sluice::decode
