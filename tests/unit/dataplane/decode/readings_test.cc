// Texts and the files within them: what a person reads comes out, in any cut of the input.
#include "tests/unit/dataplane/decode/containers.h"

namespace sluice::decode {
namespace {

std::string Base64(const std::string& bytes, size_t line = 0) {
  static const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    if (line > 0 && (i / 3 * 4 + 4) % line == 0) out += "\r\n";
  }
  return out;
}

std::string TextOf(const std::string& object, const std::string& path = "text") {
  Opener opener;
  const Opened opened = opener.OpenInAnyCut(object);
  const auto view = opened.views.find(path);
  return view == opened.views.end() ? "(no view)" : view->second;
}

TEST(MarkupDecoder, JoinsWhatOnlyRunsPartAndBreaksAtParagraphs) {
  EXPECT_EQ(TextOf("<?xml version=\"1.0\"?>\n<w:document><w:body><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>\xE6\x9C\xBA</w:t></w:r>\n  <w:proofErr/><w:r>\n"
                   "<w:t>\xE5\xAF\x86</w:t></w:r></w:p><w:p><w:r><w:t xml:space=\"preserve\"> x </w:t></w:r></w:p></w:body></w:document>"),
            "\xE6\x9C\xBA\xE5\xAF\x86\nx \n");
  EXPECT_EQ(TextOf("<?xml version=\"1.0\"?><sst><si><r><rPr><b/></rPr><t>a</t></r><r><t>b</t></r></si><si><t>c</t></si></sst>"), "ab\nc\n");
  EXPECT_EQ(TextOf("<?xml version=\"1.0\"?><data><id>12</id><id>34</id></data>"), "12\n34\n");
}

TEST(MarkupDecoder, ReadsEntitiesAndLeavesOutScripts) {
  EXPECT_EQ(TextOf("<!DOCTYPE html><html><head><style>p{}</style><script>if (a<b) x=\"</p>\";</script></head><body><p title=\"a>b\">&#26426;&#x5BC6;&starf;&amp;&no;&lt"
                   "<!-- c --->x<br>1 < 2 &</p></body></html>"),
            "\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85&&no;<x\n1 < 2 &\n");
}

TEST(MarkupDecoder, LeavesOutWhatNobodySees) {
  EXPECT_EQ(TextOf("<html><body>SEC\xE2\x80\x8BRET&shy;, &#8203;\xEF\xBB\xBF\xE6\x9C\xBA&zwj;<wbr>\xE5\xAF\x86 \xE2\x98\x85\xEF\xBC\x8C\xE2\x80\x94</body></html>"),
            "SECRET, \xE6\x9C\xBA\xE5\xAF\x86 \xE2\x98\x85\xEF\xBC\x8C\xE2\x80\x94\n");
  // Of another charset, or cut: nothing is lost.
  EXPECT_EQ(TextOf("<html><body>\xE2\xBB\xFA \xE2\x80. \xEF</body></html>"), "\xE2\xBB\xFA \xE2\x80. \xEF\n");
}

TEST(MarkupDecoder, ReadsPastHowAWordIsRead) {
  EXPECT_EQ(TextOf("<html><body><ruby>\xE6\x9C\xBA<rp>(</rp><rt>ji</rt><rp>)</rp>\xE5\xAF\x86<rt>mi</ruby> and <b>on</b></body></html>"),
            "\xE6\x9C\xBA\xE5\xAF\x86 and on\n");
}

TEST(MarkupDecoder, ReadsCharacterData) {
  EXPECT_EQ(TextOf("<?xml version=\"1.0\"?><a><![CDATA[x]]y]]]></a>"), "x]]y]\n");
}

TEST(JsonDecoder, UndoesEscapes) {
  EXPECT_EQ(TextOf("{\"a\": \"\\u673a\\u5bc6\\uD83D\\ude00\\\"\\n\\q \\u12\"}", "json"), "{\"a\": \"\xE6\x9C\xBA\xE5\xAF\x86\xF0\x9F\x98\x80\"\n\\q \\u12\"}");
}

TEST(FormDecoder, UndoesEscapes) {
  EXPECT_EQ(TextOf("text=%E6%9C%BA+x&b=%zz%4&c=%", "form"), "text=\xE6\x9C\xBA x\nb=%zz%4\nc=%");
}

TEST(RtfDecoder, ShowsNotesAndShapesBehindTheirParagraph) {
  EXPECT_EQ(TextOf("{\\rtf1 wo{\\*\\atnid x}{\\*\\annotation said \\u9733?}rd{\\shp{\\*\\shpinst\\shpleft1{\\sp{\\sn fill}{\\sv 1}}{\\shptxt drawn}}}{\\*\\unknown no}\\par next{\\footnote below}!}"),
            "word\n\nsaid \xE2\x98\x85\ndrawn\n\nnext!\nbelow\n\n");
  const std::string longest(3000, 'x');
  std::string text = TextOf("{\\rtf1 a{\\footnote " + longest + "}b}");
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  EXPECT_EQ(text, "a" + longest + "b");
}

TEST(RtfDecoder, GivesTheTextWithoutFontsAndPictures) {
  EXPECT_EQ(TextOf("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}\\uc1\\u26426?\\'bb\\'fa {\\b bo}ld\\par{\\pict 00ff}\\u-10179?\\u-8704?\\bin3 }}}end}"),
            "\xE6\x9C\xBA\xBB\xFA bold\n\xF0\x9F\x98\x80"
            "end");
}

TEST(SevenBitDecoder, SetsTheHighBitOfPairs) {
  EXPECT_EQ(TextOf("plain ~{;zC\\~}~~ text\n", "charset"), "plain \xBB\xFA\xC3\xDC~ text\n");
  EXPECT_EQ(TextOf("plain \x1B$B5!L)\x1B(B text\n", "charset"), "plain \xB5\xA1\xCC\xA9 text\n");
}

TEST(Utf16Decoder, LetsMarkupInItBeRead) {
  std::string page("\xFF\xFE", 2);
  for (const char c : std::string("<html><body>a<b>b</b></body></html>")) page += std::string{c, '\0'};
  EXPECT_EQ(TextOf(page, "utf-16/text"), "ab\n");
}

TEST(Utf32Decoder, ReadsEitherOrderWithOrWithoutAMark) {
  const std::string text = "page of a document \x01";
  for (const bool little : {true, false}) {
    for (const bool marked : {true, false}) {
      std::string wide;
      const auto put = [&](uint32_t c) {
        for (size_t i = 0; i < 4; ++i) wide += static_cast<char>(c >> (8 * (little ? i : 3 - i)));
      };
      if (marked) put(0xFEFF);
      for (const char c : text) put(c == '\x01' ? 0x673A : static_cast<uint32_t>(c));
      EXPECT_EQ(TextOf(wide, "utf-32"), "page of a document \xE6\x9C\xBA") << little << marked;
    }
  }
}

TEST(Base64Runs, OpensValuesWithinText) {
  const std::string zip = MakeZip({{.name = "x", .text = "inside " + SomeText(200), .deflated = true}});
  const std::string json = "{\"name\": \"a\", \"file\": \"" + Base64(zip) + "\", \"hash\": \"" + std::string(128, 'a') + "\"}";
  EXPECT_EQ(TextOf(json, "json/base64/zip:x").substr(0, 7), "inside ");
  EXPECT_EQ(TextOf("<?xml version=\"1.0\"?><a><data>\n" + Base64(zip, 76) + "\n</data></a>", "text/base64/zip:x").substr(0, 7), "inside ");
  EXPECT_EQ(TextOf("{\"h\": \"" + std::string(200, 'f') + "\"}", "json/base64"), "(no view)");
}

TEST(Base64Decoder, ReadsWholeFilesWithLinesOrWithout) {
  const std::string bytes = RandomBytes(700);
  for (const size_t line : {size_t{0}, size_t{64}, size_t{76}}) EXPECT_EQ(TextOf(Base64(bytes, line), "base64"), bytes) << line;
}

}  // namespace
}  // namespace sluice::decode
