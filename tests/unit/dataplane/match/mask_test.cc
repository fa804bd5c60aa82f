#include "dataplane/match/mask.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "rules/text/character.h"

namespace sluice::match {
namespace {

using model::Encoding;
using model::TransferForm;

std::string Masked(std::string_view matched, Encoding encoding = Encoding::kUtf8, TransferForm form = TransferForm::kPlain) {
  EXPECT_TRUE(text::PrepareCharacters(encoding).ok());
  return std::string(Mask(ByteView(matched), encoding, form).view());
}

TEST(Mask, ShowsTheFirstCharacterAndFourMarks) {
  EXPECT_EQ(Masked("机密★10年"), "机****");
  EXPECT_EQ(Masked("\xbb\xfa\xc3\xdc\xa1\xef", Encoding::kGb18030), "机****");
  EXPECT_EQ(Masked("SECRET"), "S****");
}

TEST(Mask, ShowsNothingOfASingleCharacter) {
  EXPECT_EQ(Masked("秘"), "****");
  EXPECT_EQ(Masked("x"), "****");
  EXPECT_EQ(Masked("\xc3\xd8", Encoding::kGb18030), "****");
  EXPECT_EQ(Masked("&#31192;", Encoding::kUtf8, TransferForm::kHtmlDecimal), "****");
  EXPECT_EQ(Masked("\\u79d8", Encoding::kUtf8, TransferForm::kJsonEscape), "****");
  EXPECT_EQ(Masked(""), "****");
}

TEST(Mask, LooksThroughTransferForms) {
  EXPECT_EQ(Masked("%E6%9C%BA%E5%AF%86", Encoding::kUtf8, TransferForm::kPercent), "机****");
  EXPECT_EQ(Masked("%bb%fa%c3%dc", Encoding::kGb18030, TransferForm::kPercent), "机****");
  EXPECT_EQ(Masked("=E6=9C=BA=E5=AF=86", Encoding::kUtf8, TransferForm::kQuotedPrintable), "机****");
  EXPECT_EQ(Masked("&#26426;&#23494;", Encoding::kUtf8, TransferForm::kHtmlDecimal), "机****");
  EXPECT_EQ(Masked("&#x673A;&#x5BC6;", Encoding::kUtf8, TransferForm::kHtmlHex), "机****");
  EXPECT_EQ(Masked("\\u673a\\u5bc6", Encoding::kUtf8, TransferForm::kJsonEscape), "机****");
  EXPECT_EQ(Masked("5py65a+G4piF", Encoding::kUtf8, TransferForm::kBase64Phase0), "机****");
  EXPECT_EQ(Masked("acuuWvhu", Encoding::kUtf8, TransferForm::kBase64Phase1), "****");
}

TEST(Mask, SurvivesBrokenForms) {
  for (const TransferForm form : {TransferForm::kPercent, TransferForm::kQuotedPrintable, TransferForm::kHtmlDecimal, TransferForm::kHtmlHex,
                                  TransferForm::kJsonEscape, TransferForm::kBase64Phase0}) {
    for (const char* broken : {"%", "%e", "=E", "&#", "&#x", "\\u", "\\", "&#99999999;x", "\\ud800x", "====", "&#7;x", "%07abc"}) {
      const std::string masked = Masked(broken, Encoding::kUtf8, form);
      EXPECT_EQ(masked.substr(masked.size() - 4), "****");
    }
  }
}

TEST(Mask, NeverPrintsWhatATerminalWouldObey) {
  EXPECT_EQ(Masked("\x1b[2J secret"), "****");
  EXPECT_EQ(Masked("\nsecret"), "****");
  EXPECT_EQ(Masked("\xe2\x80\xae" "secret"), "****");  // right-to-left override
  EXPECT_EQ(Masked("&#27;[2J", Encoding::kUtf8, TransferForm::kHtmlDecimal), "****");
}

// Whatever the bytes are: at most one character, then the marks.
TEST(Mask, NeverLeaksMoreThanOneCharacter) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(std::uniform_int_distribution<size_t>(0, 40)(random), '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const auto encoding = static_cast<Encoding>(random() % static_cast<unsigned>(Encoding::kCount));
    const auto form = static_cast<TransferForm>(random() % static_cast<unsigned>(TransferForm::kCount));
    const std::string masked = Masked(bytes, encoding, form);
    ASSERT_GE(masked.size(), 4u);
    ASSERT_EQ(masked.substr(masked.size() - 4), "****");
    const std::string shown = masked.substr(0, masked.size() - 4);
    const auto continues = [](char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; };
    const auto characters = shown.size() - static_cast<size_t>(std::count_if(shown.begin(), shown.end(), continues));
    ASSERT_LE(characters, 1u);
    for (const char c : shown) ASSERT_TRUE(static_cast<uint8_t>(c) > 0x20 && c != 0x7f);
  }
}

}  // namespace
}  // namespace sluice::match
