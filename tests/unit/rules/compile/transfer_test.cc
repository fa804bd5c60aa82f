#include "rules/compile/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rules/compile/charset.h"
#include "rules/compile/hex.h"
#include "rules/compile/network.h"

namespace sluice::compile {
namespace {

using Forms = std::vector<std::string>;

TEST(Transfer, PercentHasBothCasesAndBothSpaces) {
  EXPECT_EQ(PercentForms("密"), (Forms{"%E5%AF%86", "%e5%af%86"}));
  EXPECT_EQ(PercentForms("a b"), (Forms{"a%20b", "a+b"}));
  EXPECT_EQ(PercentForms("plain"), Forms{});
}

TEST(Transfer, QuotedPrintableEscapesWhatIsNotAscii) {
  EXPECT_EQ(QuotedPrintableForms("密a="), Forms{"=E5=AF=86a=3D"});
  EXPECT_EQ(QuotedPrintableForms("plain"), Forms{});
}

TEST(Transfer, HtmlAndJsonNameCharacters) {
  EXPECT_EQ(HtmlDecimalForms(U"机a"), Forms{"&#26426;a"});
  EXPECT_EQ(HtmlHexForms(U"机"), (Forms{"&#x673A;", "&#X673A;", "&#x673a;", "&#X673a;"}));
  EXPECT_EQ(JsonForms(U"机"), (Forms{"\\u673a", "\\u673A"}));
  EXPECT_EQ(JsonForms(U"𠀀")[0], "\\ud840\\udc00");
  EXPECT_EQ(JsonForms(U"ascii"), Forms{});
}

std::string Base64Of(const std::string& bytes) {
  std::string padded = bytes;
  while (padded.size() % 3 != 0) padded += '\0';
  return Base64Forms(padded, 0)[0];
}

// Wherever the text stands in what is encoded, one of the three forms is in the result.
TEST(Transfer, Base64IsFoundAtEveryPlace) {
  const std::string text = "机密★";
  for (size_t before = 0; before < 7; ++before) {
    for (size_t after = 0; after < 4; ++after) {
      const std::string encoded = Base64Of(std::string(before, 'x') + text + std::string(after, 'y'));
      const Forms forms = Base64Forms(text, static_cast<int>(before % 3));
      EXPECT_NE(encoded.find(forms[0]), std::string::npos) << before << " " << after;
    }
  }
}

TEST(Transfer, HzShiftsInAndOut) {
  CharsetEncoder charsets;
  EXPECT_EQ(HzForm(*charsets.Encode("机密*10年", model::Encoding::kGb18030)), ";zC\\~}*10~{Dj");
  EXPECT_EQ(HzForm(*charsets.Encode("機", model::Encoding::kGb18030)), "");  // not in GB 2312
}

TEST(Transfer, Iso2022JpLosesItsOuterEscapes) {
  CharsetEncoder charsets;
  const std::string whole = *charsets.Encode("極秘", model::Encoding::kIso2022Jp);
  EXPECT_EQ(WithoutOuterEscapes(whole), whole.substr(3, whole.size() - 6));
}

TEST(AddressBlockFromText, KnowsBothFamilies) {
  EXPECT_EQ(AddressBlockFromText("192.0.2.0/24")->prefix_bits, 120);
  EXPECT_EQ(AddressBlockFromText("2001:db8::/32")->prefix_bits, 32);
  EXPECT_EQ(AddressBlockFromText("198.51.100.7")->prefix_bits, 128);
  EXPECT_FALSE(AddressBlockFromText("192.0.2.1/24"));  // bits beyond the prefix
  EXPECT_FALSE(AddressBlockFromText("192.0.2.0/33"));
  EXPECT_FALSE(AddressBlockFromText("10.0.0"));
  EXPECT_FALSE(AddressBlockFromText("::/129"));
}

TEST(EndOfDayFromText, IsTheNextMidnight) {
  EXPECT_EQ(EndOfDayFromText("1970-01-01"), 86400);
  EXPECT_EQ(EndOfDayFromText("2024-02-29"), 1709251200);
  EXPECT_FALSE(EndOfDayFromText("2023-02-29"));
  EXPECT_FALSE(EndOfDayFromText("2023-2-1"));
  EXPECT_FALSE(EndOfDayFromText("tomorrow"));
}

}  // namespace
}  // namespace sluice::compile
