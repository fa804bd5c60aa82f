#include "rules/validator/validator.h"

#include <gtest/gtest.h>

#include "rules/validator/checksum.h"

namespace sluice::validator {
namespace {

using model::ValidatorKind;

struct Sample {
  ValidatorKind kind;
  std::string valid;  // from the standard or the authority's own examples
};

class ValidatorSample : public ::testing::TestWithParam<Sample> {};

TEST_P(ValidatorSample, AcceptsItAtTheEndOfAText) {
  const Sample& sample = GetParam();
  EXPECT_EQ(ValidateSuffix(sample.kind, sample.valid), sample.valid.size());
  EXPECT_EQ(ValidateSuffix(sample.kind, "number: " + sample.valid), sample.valid.size());
}

TEST_P(ValidatorSample, RefusesItWithAnotherLastCharacter) {
  std::string changed = GetParam().valid;
  int refused = 0;
  for (const char last : std::string("0123456789")) {
    changed.back() = last;
    if (changed != GetParam().valid && ValidateSuffix(GetParam().kind, changed) == 0) ++refused;
  }
  // Every check digit system here finds each single wrong digit; those without a check digit have other rules.
  const bool has_check_digit = GetParam().kind != ValidatorKind::kUsSsn;
  EXPECT_GE(refused, has_check_digit ? 9 : 0);
}

TEST_P(ValidatorSample, RefusesItWhereItGoesOnToTheLeft) { EXPECT_EQ(ValidateSuffix(GetParam().kind, "7" + GetParam().valid), 0u); }

INSTANTIATE_TEST_SUITE_P(
    Numbers, ValidatorSample,
    ::testing::Values(Sample{ValidatorKind::kLuhn, "4111 1111 1111 1111"}, Sample{ValidatorKind::kLuhn, "378282246310005"},
                      Sample{ValidatorKind::kIban, "GB82 WEST 1234 5698 7654 32"}, Sample{ValidatorKind::kIban, "DE89370400440532013000"},
                      Sample{ValidatorKind::kCnResidentId, "11010519491231002X"}, Sample{ValidatorKind::kCnUnifiedSocialCredit, "91350100M000100Y43"},
                      Sample{ValidatorKind::kUsSsn, "536-90-4399"}, Sample{ValidatorKind::kUkNino, "AB 12 34 56 C"},
                      Sample{ValidatorKind::kPassportMrz, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
                      Sample{ValidatorKind::kFrNir, "2 55 08 14 168 025 38"}, Sample{ValidatorKind::kDeTaxId, "86095742719"},
                      Sample{ValidatorKind::kItFiscalCode, "RSSMRA85T10A562S"}, Sample{ValidatorKind::kEsNif, "12345678Z"},
                      Sample{ValidatorKind::kEsNif, "X1234567L"}, Sample{ValidatorKind::kBrCpf, "529.982.247-25"},
                      Sample{ValidatorKind::kInAadhaar, "9999 4105 7058"}, Sample{ValidatorKind::kJpMyNumber, "123456789018"},
                      Sample{ValidatorKind::kTwNationalId, "A123456789"}, Sample{ValidatorKind::kAuTfn, "123 456 782"},
                      Sample{ValidatorKind::kCaSin, "130 692 544"}, Sample{ValidatorKind::kRuSnils, "112-233-445 95"},
                      Sample{ValidatorKind::kRuInn, "7707083893"}, Sample{ValidatorKind::kRuInn, "500100732259"},
                      Sample{ValidatorKind::kKrResidentId, "900101-1234568"}));

TEST(Validator, KnowsWhatCannotHaveBeenGiven) {
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kUsSsn, "666-12-3456"), 0u);
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kUsSsn, "078-05-1120"), 0u);
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kCnResidentId, "110105194913310023"), 0u);  // a thirteenth month
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kLuhn, "0000000000000000"), 0u);
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kBrCpf, "111.111.111-11"), 0u);
  EXPECT_EQ(ValidateSuffix(ValidatorKind::kIban, "GB82WEST1234569876543"), 0u);  // of another length than the country's
}

TEST(Validator, SurvivesAnyBytes) {
  for (int kind = 0; kind < static_cast<int>(ValidatorKind::kCount); ++kind) {
    std::string text;
    for (int i = 0; i < 600; ++i) {
      text += static_cast<char>(i * 37 + kind);
      EXPECT_LE(ValidateSuffix(static_cast<ValidatorKind>(kind), text), text.size());
    }
    EXPECT_EQ(ValidateSuffix(static_cast<ValidatorKind>(kind), ""), 0u);
  }
}

TEST(Entropy, IsZeroForOneByteAndEightBitsForAll) {
  EXPECT_EQ(EntropyMillibits(""), 0u);
  EXPECT_EQ(EntropyMillibits("aaaa"), 0u);
  EXPECT_EQ(EntropyMillibits("abab"), 1000u);
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(EntropyMillibits(all), 8000u);
}

TEST(TokenAtEnd, StopsAtQuotesAndSpaces) {
  EXPECT_EQ(TokenAtEnd("key = \"aB3/x+\""), "aB3/x+");
  EXPECT_EQ(TokenAtEnd("plain"), "plain");
  EXPECT_EQ(TokenAtEnd("\" \""), "");
}

TEST(IsDate, KnowsLeapYears) {
  EXPECT_TRUE(IsDate(2000, 2, 29));
  EXPECT_FALSE(IsDate(1900, 2, 29));
  EXPECT_FALSE(IsDate(2023, 0, 1));
}

}  // namespace
}  // namespace sluice::validator
