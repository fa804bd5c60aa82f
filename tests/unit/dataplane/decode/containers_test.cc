// Archives, mails and forms with files: what is in them comes out, in any cut of the input, and what cannot is named.
#include "dataplane/decode/document_decoder.h"
#include "tests/unit/dataplane/decode/containers.h"

namespace sluice::decode {
namespace {

using Views = std::map<std::string, std::string>;
using Outcomes = std::map<std::string, std::string>;
using Descriptor = ZipEntry::Descriptor;

TEST(ZipDecoder, GivesEachEntryInAnyCut) {
  Opener opener;
  const std::string text = SomeText(900);
  for (const Descriptor descriptor : {Descriptor::kNone, Descriptor::kSigned, Descriptor::kUnsigned}) {
    for (const bool zip64 : {false, true}) {
      // A stored entry without a size needs the signature to be told from its content.
      const Descriptor of_stored = descriptor == Descriptor::kUnsigned ? Descriptor::kNone : descriptor;
      const std::string zip = MakeZip({{.name = "a.txt", .text = text, .deflated = true, .descriptor = descriptor, .zip64 = zip64 && descriptor == Descriptor::kNone},
                                       {.name = "folder/", .text = ""},
                                       {.name = "b.txt", .text = "PK stored PK\x07\x08 text", .descriptor = of_stored},
                                       {.name = "empty", .text = "", .deflated = true}});
      const Opened opened = opener.OpenInAnyCut(zip);
      EXPECT_EQ(opened.views, (Views{{"zip:a.txt", text}, {"zip:b.txt", "PK stored PK\x07\x08 text"}, {"zip:empty", ""}}));
      EXPECT_EQ(opened.outcomes, Outcomes());
      EXPECT_EQ(opened.encrypted + opened.unopened, 0u);
    }
  }
}

TEST(ZipDecoder, GoesIntoArchivesWithinArchives) {
  Opener opener;
  const std::string inner = MakeZip({{.name = "x", .text = "innermost", .deflated = true}});
  const std::string stored = MakeZip({{.name = "inner.zip", .text = inner}, {.name = "y", .text = "beside"}});
  const std::string open_end = MakeZip({{.name = "inner.zip", .text = stored, .descriptor = Descriptor::kSigned}});
  EXPECT_EQ(opener.OpenInAnyCut(stored).views.at("zip:inner.zip/zip:x"), "innermost");
  const Opened opened = opener.OpenInAnyCut(open_end);
  EXPECT_EQ(opened.views.at("zip:inner.zip/zip:inner.zip/zip:x"), "innermost");
  EXPECT_EQ(opened.views.at("zip:inner.zip/zip:y"), "beside");
}

TEST(ZipDecoder, NamesWhatIsEncryptedAndReadsOn) {
  Opener opener;
  const Opened opened = opener.OpenInAnyCut(MakeZip({{.name = "secret", .text = RandomBytes(300), .encrypted = true}, {.name = "open", .text = "plain"}}));
  EXPECT_EQ(opened.outcomes, (Outcomes{{"zip:secret", "encrypted_container"}}));
  EXPECT_EQ(opened.views.at("zip:open"), "plain");
  EXPECT_EQ(opened.encrypted, 300u);
}

TEST(ZipDecoder, OpensWhatAProgramCarriesBehindItself) {
  Opener opener;
  const std::string program = "\x7F" "ELF\x02\x01\x01" + std::string(9, '\0') + SomeText(3000) + "PK\x01";
  const Opened opened = opener.OpenInAnyCut(program + MakeZip({{.name = "a.txt", .text = "inside", .deflated = true}}));
  EXPECT_EQ(opened.views, (Views{{"zip:a.txt", "inside"}}));
  EXPECT_EQ(opened.outcomes, Outcomes());
  EXPECT_EQ(opened.encrypted + opened.unopened, 0u);
  const Opened alone = opener.OpenInAnyCut(program);
  EXPECT_EQ(alone.views, Views());
  EXPECT_EQ(alone.outcomes, Outcomes());
}
TEST(ZipDecoder, ASizeThatLiesHidesNothing) {
  Opener opener;
  const std::string text = SomeText(500);
  for (const int64_t lie : {-100, -1, 1, 100, 1 << 30}) {
    const Opened opened = opener.OpenInAnyCut(MakeZip({{.name = "a", .text = text, .deflated = true, .lie = lie}, {.name = "b", .text = "behind"}}));
    EXPECT_EQ(opened.views.at("zip:a"), text) << lie;
    EXPECT_EQ(opened.views.at("zip:b"), "behind") << lie;
  }
}

TEST(ZipDecoder, FindsTheNextEntryBehindWhatItCannotRead) {
  Opener opener;
  const std::string first = MakeZip({{.name = "a", .text = "one"}}), second = MakeZip({{.name = "b", .text = "two", .deflated = true}});
  const std::string broken = first.substr(0, first.find("PK\x01\x02")) + "junk P PK PK\x03 junk" + second;
  const Opened opened = opener.OpenInAnyCut(broken);
  EXPECT_EQ(opened.views, (Views{{"zip:a", "one"}, {"zip:b", "two"}}));
  EXPECT_GT(opened.unopened, 10u);
  // A second archive behind the first one's directory is read too.
  EXPECT_EQ(opener.OpenInAnyCut(first + second).views.size(), 2u);
}

TEST(ZipDecoder, IsReadFromItsNextEntryBehindLostBytes) {
  DecodeRoom room = DecodeRoom::Create(Opener::Small()).value();
  const std::string zip = MakeZip({{.name = "a", .text = SomeText(500), .deflated = true}, {.name = "b", .text = "two"}}), rest = zip.substr(60);
  DecoderChain* chain = room.Open({});
  chain->ResumeAs(Coding::kZip);
  chain->Feed(ByteView(std::string_view(rest)));
  std::string seen;
  ViewPiece piece;
  while (chain->Next(piece)) seen += piece.kind == ViewPiece::Kind::kBegin ? std::string(piece.element) : std::string(piece.bytes.AsText());
  EXPECT_EQ(seen, "zip:btwo");
  room.Close(chain);
}

TEST(ZipDecoder, NamesAMethodThatIsNotOffered) {
  Opener opener;
  std::string zip = MakeZip({{.name = "a", .text = "imploded"}});
  zip[8] = 6;
  EXPECT_EQ(opener.OpenInAnyCut(zip).outcomes, (Outcomes{{"zip:a", "unsupported_coding"}}));
}

TEST(ZipDecoder, ReadsZstandardEntries) {
  Opener opener;
  const std::string text = SomeText(700);
  std::string zip = MakeZip({{.name = "a", .text = ZstdEncode(text)}, {.name = "b", .text = "behind"}});
  zip[8] = 93;
  const Opened opened = opener.OpenInAnyCut(zip);
  EXPECT_EQ(opened.views.at("zip:a"), text);
  EXPECT_EQ(opened.views.at("zip:b"), "behind");
}

TEST(ZipDecoder, TruncatedAndCorruptArchivesGiveWhatWasReadable) {
  Opener opener;
  const std::string zip = MakeZip({{.name = "a", .text = SomeText(3000), .deflated = true}, {.name = "b", .text = SomeText(500, 2)}});
  opener.ExpectReadableWhenTruncated(zip);
  EXPECT_EQ(opener.Open(zip.substr(0, 400)).outcomes.at("zip:a"), "truncated_container");
  for (size_t i = 4; i < zip.size(); ++i) {
    std::string bad = zip;
    bad[i] = static_cast<char>(~bad[i]);
    opener.Open(bad, 100, 1000);
  }
}

TEST(ZipDecoder, ManyEntriesEndWithinTheBudget) {
  DecodeOptions options = Opener::Small();
  options.free_views = 50;
  options.input_bytes_per_view = 1000;
  Opener opener(options);
  const Opened opened = opener.Open(MakeZip(std::vector<ZipEntry>(500, ZipEntry{.name = "n", .text = "x"})));
  EXPECT_EQ(opened.views.size(), 50u);
  EXPECT_EQ(opened.outcomes.at("!"), "decompression_budget");
}

// A bomb of archives in archives, as 42.zip is.
TEST(ZipDecoder, NestedBombsEndWithinTheBudget) {
  DecodeOptions options = Opener::Small();
  options.free_output_bytes = 1 << 20;
  Opener opener(options);
  std::string bomb(4 << 20, '\0');
  for (int level = 0; level < 5; ++level) {
    bomb = MakeZip(std::vector<ZipEntry>(16, ZipEntry{.name = "b", .text = bomb, .deflated = true}));
    if (level > 0) break;
  }
  const Opened opened = opener.Open(bomb);
  EXPECT_LT(opened.output, (uint64_t{1} << 20) + 200 * bomb.size());
  EXPECT_FALSE(opened.outcomes.empty());
}

TEST(TarDecoder, GivesEachFileInAnyCut) {
  Opener opener;
  const std::map<std::string, std::string> files = {{"a.txt", "one"}, {"b/c.txt", SomeText(700)}, {"empty", ""}};
  const std::string tar = MakeTar(files);
  EXPECT_EQ(opener.OpenInAnyCut(tar).views, (Views{{"tar:a.txt", "one"}, {"tar:b/c.txt", files.at("b/c.txt")}, {"tar:empty", ""}}));
  EXPECT_EQ(opener.OpenInAnyCut(GzipEncode(tar)).views.at("gzip/tar:a.txt"), "one");
  opener.ExpectReadableWhenTruncated(tar);
}

TEST(TarDecoder, KnowsLongNamesOfGnuAndPax) {
  Opener opener;
  const std::string name = std::string(120, 'n') + ".txt", records = "140 path=" + name + "\n";
  const auto padded = [](std::string text) { return text.append((512 - text.size() % 512) % 512, '\0'); };
  const std::string file = padded(MakeTarHeader("short", 5) + "hello") + std::string(1024, '\0');
  EXPECT_EQ(opener.OpenInAnyCut(padded(MakeTarHeader("././@LongLink", name.size() + 1, 'L') + name + '\0') + file).views, (Views{{"tar:" + name, "hello"}}));
  EXPECT_EQ(opener.OpenInAnyCut(padded(MakeTarHeader("pax", records.size(), 'x') + records) + file).views, (Views{{"tar:" + name, "hello"}}));
}

TEST(TarDecoder, AWrongChecksumEndsIt) {
  Opener opener;
  std::string tar = MakeTar({{"a", "one"}, {"b", "two"}});
  tar[1024 + 3] = 'x';
  const Opened opened = opener.OpenInAnyCut(tar);
  EXPECT_EQ(opened.views, (Views{{"tar:a", "one"}}));
  EXPECT_EQ(opened.outcomes, (Outcomes{{"!", "corrupt_container"}}));
}

std::string Form(const std::string& boundary) {
  return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n" +
         "one\r\n--not the end\r\n-\r\n\r\n" + "\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\n\r\n--" + boundary + "--\r\n";
}

TEST(MimeDecoder, GivesThePartsOfAFormByteForByte) {
  Opener opener;
  for (const std::string& boundary : {std::string("b"), std::string("----WebKitFormBoundaryABC"), std::string(10000, 'b')}) {
    content::ObjectDescription description;
    description.claimed_type.Assign("multipart/form-data; boundary=" + boundary);
    const Opened opened = opener.OpenInAnyCut(Form(boundary), description);
    EXPECT_EQ(opened.views, (Views{{"multipart:a.bin", "one\r\n--not the end\r\n-\r\n\r\n"}, {"multipart:comment", ""}})) << boundary.size();
    EXPECT_EQ(opened.outcomes, Outcomes());
  }
}

TEST(MimeDecoder, OpensFilesInForms) {
  Opener opener;
  const std::string zip = MakeZip({{.name = "x", .text = "inside", .deflated = true}});
  EXPECT_EQ(opener.OpenInAnyCut("--b\r\nContent-Disposition: form-data; filename=z.zip\r\n\r\n" + zip + "\r\n--b--\r\n").views.at("multipart:z.zip/zip:x"), "inside");
}

std::string Mail() {
  return "Received: from a by b\r\nFrom: a@example.com\r\nTo: b@example.com\r\nSubject: =?UTF-8?B?5py65a+G?=\r\n =?utf-8?Q?=E2=98=85_x?=\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\npreamble\r\n--outer\r\nContent-Type: multipart/alternative;\r\n boundary=inner\r\n\r\n"
         "--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E6=9C=BA soft=\r\nly\r\n--inner\r\n"
         "Content-Type: text/html\r\n\r\n<html><body><p>a<b>b</b></body></html>\r\n--inner--\r\nbetween\r\n--outer\r\n"
         "Content-Type: application/zip;\r\n name*0*=UTF-8''%E6%9C; name*1*=%BA.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAAAAAAAAAAAAAAAAgAAAAIAAAAB\r\nAAAAeGhp\r\n--outer--\r\n";
}

TEST(MimeDecoder, GoesThroughNestedMails) {
  Opener opener;
  const Opened opened = opener.OpenInAnyCut(Mail());
  std::ostringstream shown;
  shown << opened;
  SCOPED_TRACE(shown.str());
  ASSERT_EQ(opened.views.count("message:subject"), 1u);
  EXPECT_EQ(opened.views.at("message:subject"), "Subject: \xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85 x");
  EXPECT_EQ(opened.views.at("message/quoted-printable"), "\xE6\x9C\xBA softly");
  EXPECT_EQ(opened.views.at("message'/text"), "ab\n");
  EXPECT_EQ(opened.views.at("message:\xE6\x9C\xBA.zip/base64/zip:x"), "hi");
  opener.ExpectReadableWhenTruncated(Mail());
}

// RFC 2047, 2 and RFC 2231, 4: a name that says its charset is read in it; one of no known charset stays as it is.
TEST(MimeDecoder, ReadsNamesInTheirDeclaredCharset) {
  const std::string in_gbk = "\xBB\xFA", wanted = "message:\xE6\x9C\xBA\xE5\xAF\x86.txt";  // 机密.txt
  const auto views_of = [](const std::string& parameter) {
    Opener opener;
    return opener.OpenInAnyCut("From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; " + parameter +
                               "\r\n\r\nhello\r\n--b--\r\n").views;
  };
  for (const std::string parameter :
       {"name*=gb2312''%BB%FA%C3%DC.txt", "name*0*=GBK'zh'%BB%FA; name*1*=%C3%DC.txt", "name=\"=?gb18030?B?u/rD3C50eHQ=?=\"", "name=\"=?GB2312?Q?=BB=FA=C3=DC?= =?us-ascii?Q?.txt?=\"",
        "name=\"=?utf-8?B?5py65a+GLnR4dA==?=\"", "name*=utf-16be''%67%3A%5B%C6%00.%00t%00x%00t"}) {
    EXPECT_EQ(views_of(parameter).count(wanted), 1u) << parameter;
  }
  EXPECT_EQ(views_of("name*=x-unknown''%BB%FA").count("message:" + in_gbk), 1u);
  EXPECT_EQ(views_of("name*=gb2312''%BB%FA%FF").count("message:" + in_gbk + "\xFF"), 1u);  // no such character
  EXPECT_EQ(views_of("name=\"=?" + std::string(60, 'x') + "?Q?=BB=FA?=\"").count("message:" + in_gbk), 1u);
}

TEST(MimeDecoder, OpensForwardedMails) {
  Opener opener;
  const std::string outer = "From: x\r\nTo: y\r\nSubject: z\r\nContent-Type: multipart/mixed; boundary=o2\r\n\r\n--o2\r\nContent-Type: message/rfc822\r\n\r\n" + Mail() + "\r\n--o2--\r\n";
  EXPECT_EQ(opener.OpenInAnyCut(outer).views.at("message/message/quoted-printable"), "\xE6\x9C\xBA softly");
}

TEST(MimeDecoder, EndsPartsAtTheBoundaryOfAnyLevel) {
  Opener opener;
  // The inner one is never closed; the delimiter of the outer one ends both.
  const std::string mail = "From: x\nTo: y\nSubject: z\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=o-inner\n\n--o-inner\n\nfirst\n--o\n\nsecond\n--o--\n";
  EXPECT_EQ(opener.OpenInAnyCut(mail).views, (Views{{"message", "first"}, {"message'", "second"}, {"message:subject", "Subject: z"}}));
}

TEST(MimeDecoder, OpensPartsInUuencode) {
  Opener opener;
  const std::string mail = "From: x\r\nTo: y\r\nSubject: z\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n" + UuEncode("a marking");
  EXPECT_EQ(opener.OpenInAnyCut(mail).views.at("message/uuencode"), "a marking");
  EXPECT_EQ(opener.OpenInAnyCut(UuEncode(SomeText(1000))).views, (Views{{"uuencode", SomeText(1000)}}));
  EXPECT_EQ(opener.OpenInAnyCut("begin 644 is how a sentence starts,\nand this is how it goes on, in plain words.\n").views, Views{});
}

TEST(DocumentDecoder, TakesWhatOnlyBeginsLikeAnImageForWhatItIs) {
  // Without an extractor nothing is gathered; with one see tests/unit/dataplane/extract.
  EXPECT_TRUE(MayBeIsoImage(ByteView(std::string(512, '\0'))));
  EXPECT_FALSE(MayBeIsoImage(ByteView(std::string(511, '\0') + "x")));
  EXPECT_FALSE(MayBeIsoImage(ByteView(std::string(100, '\0'))));
  Opener opener;
  const Opened opened = opener.OpenInAnyCut(std::string(2000, '\0') + "plain");
  EXPECT_EQ(opened.outcomes, Outcomes{});
  EXPECT_EQ(opened.unopened, 0u);
  // Within something else, too, and its bytes come out once.
  const std::string zeros = std::string(40'000, '\0') + "a marking";
  EXPECT_EQ(opener.Open(GzipEncode(zeros)).views, (Views{{"gzip", zeros}}));
}

TEST(SealedDecoder, SaysWhatIsNotLookedIntoAndWhatIsEncrypted) {
  Opener opener;
  const std::string ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + SomeText(600);
  const std::string encrypted_stream("E\0n\0cE\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 37);
  EXPECT_EQ(opener.OpenInAnyCut(ole).outcomes, (Outcomes{{"!", "unopened_container"}}));
  EXPECT_EQ(opener.OpenInAnyCut(ole + encrypted_stream).outcomes, (Outcomes{{"!", "encrypted_container"}}));
  EXPECT_EQ(opener.OpenInAnyCut("%PDF-1.7\n" + SomeText(600) + "trailer <</Encrypt 5 0 R>>").outcomes, (Outcomes{{"!", "encrypted_container"}}));
  EXPECT_EQ(opener.Open("%PDF-1.7\n" + SomeText(600)).unopened, 609u);
}

}  // namespace
}  // namespace sluice::decode
