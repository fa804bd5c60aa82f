#include "rules/model/validator_kind.h"

#include <array>
#include <cstddef>

namespace sluice::model {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(ValidatorKind::kCount)> kNames = {
    "none",         "luhn",           "iban",   "cn-resident-id", "cn-unified-social-credit", "us-ssn",
    "uk-nino",      "passport-mrz",   "fr-nir", "de-tax-id",      "it-fiscal-code",           "es-nif",
    "br-cpf",       "in-aadhaar",     "kr-resident-id", "jp-my-number", "tw-national-id",     "au-tfn",
    "ca-sin",       "ru-snils",       "ru-inn", "jwt"};

}  // namespace

std::string_view Name(ValidatorKind kind) {
  const auto i = static_cast<size_t>(kind);
  return i < kNames.size() ? kNames[i] : "?";
}

std::optional<ValidatorKind> ValidatorFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ValidatorKind>(i);
  }
  return std::nullopt;
}

}  // namespace sluice::model
