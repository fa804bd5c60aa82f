// ValidatorKind: which check of meaning a match must pass, by the name that rule files use. The checks are in rules/validator.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::model {

enum class ValidatorKind : uint8_t {
  kNone,
  kLuhn,                  // payment cards
  kIban,
  kCnResidentId,
  kCnUnifiedSocialCredit,
  kUsSsn,
  kUkNino,
  kPassportMrz,
  kFrNir,                 // social security number of France
  kDeTaxId,
  kItFiscalCode,
  kEsNif,
  kBrCpf,
  kInAadhaar,
  kKrResidentId,
  kJpMyNumber,
  kTwNationalId,
  kAuTfn,
  kCaSin,
  kRuSnils,
  kRuInn,
  kJwt,
  kCount,
};

std::string_view Name(ValidatorKind kind);
std::optional<ValidatorKind> ValidatorFromName(std::string_view name);

}  // namespace sluice::model
