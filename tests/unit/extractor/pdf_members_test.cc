#include "extractor/pdf_members.h"

#include "tests/unit/extractor/collected_members.h"

namespace sluice::extractor {
namespace {

// A PDF of the given objects, with a cross-reference table; the first is the catalog.
std::string MakePdf(const std::vector<std::string>& objects, const std::string& trailer = "") {
  std::string pdf = "%PDF-1.7\n";
  std::string table;
  for (size_t i = 0; i < objects.size(); ++i) {
    char entry[32];
    std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", pdf.size());
    table += entry;
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string size = std::to_string(objects.size() + 1);
  const std::string place = std::to_string(pdf.size());
  return pdf + "xref\n0 " + size + "\n0000000000 65535 f \n" + table + "trailer\n<</Size " + size + "/Root 1 0 R" + trailer + ">>\nstartxref\n" + place + "\n%%EOF\n";
}

std::string Stream(const std::string& dictionary, const std::string& content) {
  return "<<" + dictionary + "/Length " + std::to_string(content.size()) + ">>\nstream\n" + content + "\nendstream";
}

const std::string kPages = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
std::string Page(const std::string& more = "") {
  return "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>" + more + ">>";
}
const std::string kHelvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
std::string Show(const std::string& text) { return "BT /F 12 Tf 50 700 Td " + text + " Tj ET"; }

class PdfMembersTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { PreparePdf(); }
  Outcome Read(const std::string& pdf, const Limits& limits = {}) { return PdfMembers(ByteView(pdf), limits, members_); }
  CollectedMembers members_;
};

TEST_F(PdfMembersTest, ReadsTextThroughFilters) {
  const std::string hex = "42542f4620313220546620353020373030205464202848692920546a204554>";  // BT /F 12 Tf 50 700 Td (Hi) Tj ET
  EXPECT_EQ(Read(MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("/Filter/ASCIIHexDecode", hex), kHelvetica, "null"})), Outcome::kComplete);
  EXPECT_NE(members_.content["text"].find("Hi"), std::string::npos);
}

TEST_F(PdfMembersTest, ReadsChineseThroughPredefinedMaps) {
  const std::vector<std::array<std::string, 3>> maps = {
      {"UniGB-UCS2-H", "Adobe/Ordering(GB1", "<673A5BC6>"},
      {"GBK-EUC-H", "Adobe/Ordering(GB1", "<BBFAC3DC>"},
      {"ETen-B5-H", "Adobe/Ordering(CNS1", "<BEF7B14B>"},  // 機密
  };
  for (const auto& [map, collection, text] : maps) {
    const std::string font = "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/" + map +
                             "/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(" +
                             collection.substr(collection.find('(') + 1) + ")/Supplement 2>>>>]>>";
    members_ = CollectedMembers();
    Read(MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("", Show(text)), font, "null"}));
    const bool traditional = map == "ETen-B5-H";
    EXPECT_NE(members_.content["text"].find(traditional ? "機密" : "机密"), std::string::npos) << map << ": " << members_.content["text"];
  }
}

TEST_F(PdfMembersTest, ReadsTextThroughAToUnicodeMap) {
  const std::string map = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
                          "2 beginbfchar <01> <7EDD> <02> <5BC6> endbfchar endcmap end";
  const std::string font = "<</Type/Font/Subtype/Type1/BaseFont/X/FirstChar 1/LastChar 2/Widths[500 500]/ToUnicode 6 0 R>>";
  Read(MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("", Show("<0102>")), font, Stream("", map)}));
  EXPECT_NE(members_.content["text"].find("绝密"), std::string::npos) << members_.content["text"];
}

TEST_F(PdfMembersTest, ReadsWhatStandsBesideThePages) {
  const std::string page = Page("/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(a remark)>>]");
  const std::string catalog =
      "<</Type/Catalog/Pages 2 0 R/Metadata 8 0 R/AcroForm<</Fields[<</T(field)/V(a value)/FT/Tx>>]>>"
      "/Names<</EmbeddedFiles<</Names[(a.txt) <</Type/Filespec/F(a.txt)/EF<</F 6 0 R>>>>]>>>>>>";
  EXPECT_EQ(Read(MakePdf({catalog, kPages, page, Stream("", Show("(body)")), kHelvetica, Stream("/Type/EmbeddedFile", "attached text"),
                          "<</Title<FEFF673A5BC6>/MSIP_Label_x_Name(Secret)>>", Stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta>label</x:xmpmeta>")},
                         "/Info 7 0 R")),
            Outcome::kComplete);
  EXPECT_EQ(members_.content["a.txt"], "attached text");
  EXPECT_EQ(members_.content["annotations"], "a remark\n");
  EXPECT_EQ(members_.content["form"], "field: a value\n");
  EXPECT_NE(members_.content["info"].find("Title: 机密\n"), std::string::npos);
  EXPECT_NE(members_.content["info"].find("MSIP_Label_x_Name: Secret\n"), std::string::npos);
  EXPECT_NE(members_.content["xmp"].find("label"), std::string::npos);
}

TEST_F(PdfMembersTest, ReadsADocumentWhoseTableIsGone) {
  std::string pdf = MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("", Show("(found)")), kHelvetica, "null"});
  pdf.resize(pdf.find("xref"));
  Read(pdf + "trailer<</Root 1 0 R>>");
  EXPECT_NE(members_.content["text"].find("found"), std::string::npos);
}

TEST_F(PdfMembersTest, EndsCyclesAndMultiplications) {
  // A form that shows itself, ten times over; pages that are their own parents; an outline and fields that hold themselves.
  const std::string form = Stream("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 6 0 R>>/Font<</F 5 0 R>>>>",
                                  Show("(again)") + " /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do");
  Limits limits;
  limits.operations = 100'000;
  const Outcome outcome = Read(MakePdf({"<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R/AcroForm<</Fields[8 0 R]>>>>", kPages, Page(), Stream("", "/X Do"), kHelvetica, form,
                                        "<</First 9 0 R/Last 9 0 R>>", "<</T(f)/V(v)/Kids[8 0 R 8 0 R]>>", "<</Title(t)/Parent 7 0 R/Next 9 0 R/First 9 0 R>>"}),
                               limits);
  EXPECT_TRUE(outcome == Outcome::kLimit || outcome == Outcome::kComplete);
  EXPECT_LT(members_.content["text"].size() + members_.content["form"].size() + members_.content["outline"].size(), 10'000'000u);
}

TEST_F(PdfMembersTest, SaysLimitWhenThereIsTooMuchWork) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += Show("(0123456789)") + "\n";
  Limits limits;
  limits.operations = 500;
  EXPECT_EQ(Read(MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("", many), kHelvetica, "null"}), limits), Outcome::kLimit);
}

TEST_F(PdfMembersTest, SaysEncryptedAndCorrupt) {
  const std::string encrypt = "/Encrypt<</Filter/Standard/V 1/R 2/O(0123456789abcdef0123456789abcdef)/U(0123456789abcdef0123456789abcdef)/P -4>>/ID[(0123)(0123)]";
  EXPECT_EQ(Read(MakePdf({"<</Type/Catalog/Pages 2 0 R>>", kPages, Page(), Stream("", ""), kHelvetica, "null"}, encrypt)), Outcome::kEncrypted);
  EXPECT_EQ(Read("%PDF-1.4 and nothing else"), Outcome::kCorrupt);
}

}  // namespace
}  // namespace sluice::extractor
