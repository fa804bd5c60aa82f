#include "rules/text/glyphs.h"

#include <gtest/gtest.h>

#include <string>

#include "rules/text/character.h"

namespace sluice::text {
namespace {

using model::Encoding;
using model::TransferForm;

std::u32string Read(std::string_view source, Encoding encoding = Encoding::kUtf8, TransferForm form = TransferForm::kPlain, std::string_view before = {}) {
  EXPECT_TRUE(PrepareCharacters(encoding).ok());
  GlyphText glyphs;
  glyphs.Read(ByteView(before), ByteView(source), encoding, form);
  EXPECT_TRUE(glyphs.is_readable());
  return std::u32string(glyphs.text());
}

TEST(GlyphText, ReadsTheSameTextBehindEveryForm) {
  EXPECT_EQ(Read("机密★10年"), U"机密★10年");
  EXPECT_EQ(Read("\xbb\xfa\xc3\xdc\xa1\xef" "10\xc4\xea", Encoding::kGb18030), U"机密★10年");
  EXPECT_EQ(Read("%E6%9C%BA%E5%AF%86%E2%98%8510%E5%B9%B4", Encoding::kUtf8, TransferForm::kPercent), U"机密★10年");
  EXPECT_EQ(Read("=E6=9C=BA=\r\n=E5=AF=86=E2=98=8510=E5=B9=B4", Encoding::kUtf8, TransferForm::kQuotedPrintable), U"机密★10年");
  EXPECT_EQ(Read("&#26426;&#23494;&#9733;10&#24180;", Encoding::kUtf8, TransferForm::kHtmlDecimal), U"机密★10年");
  EXPECT_EQ(Read("\\u673a\\u5bc6\\u260510\\u5e74", Encoding::kUtf8, TransferForm::kJsonEscape), U"机密★10年");
  EXPECT_EQ(Read("5py65a+G4piFMTDlubQ=", Encoding::kUtf8, TransferForm::kBase64Phase0), U"机密★10年");
  EXPECT_EQ(Read(";zC\\~}*10~{Dj~}", Encoding::kHz), U"机密*10年");
}

// base64 of "a机密★" and "ab机密★": the digits that also hold bits of what stands before are not the match's.
TEST(GlyphText, ReadsBase64InEachPhase) {
  EXPECT_EQ(Read("acuuWvhuKYhQ", Encoding::kUtf8, TransferForm::kBase64Phase1, "Ye"), U"机密★");
  EXPECT_EQ(Read("mnLrlr4bimIU", Encoding::kUtf8, TransferForm::kBase64Phase2, "YWL"), U"机密★");
}

TEST(GlyphText, PassesOverTags) {
  EXPECT_EQ(Read("机密★</w:t></w:r><w:r><w:t>10</w:t>年"), U"机密★10年");
  EXPECT_EQ(Read("a < b"), U"a < b");
}

TEST(GlyphText, LeavesOutACharacterThatIsCutOff) {
  EXPECT_EQ(Read("机密\xe2\x98"), U"机密");
  EXPECT_EQ(Read("机密<"), U"机密");
  EXPECT_EQ(Read("%E6%9C%BA%E5%A", Encoding::kUtf8, TransferForm::kPercent), U"机");
}

}  // namespace
}  // namespace sluice::text
