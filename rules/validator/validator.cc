#include "rules/validator/validator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "rules/validator/checksum.h"
#include "rules/validator/numbers.h"

namespace sluice::validator {
namespace {

using model::ValidatorKind;

bool IsAlphanumeric(char c) { return IsDigit(c) || IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool IsSeparator(char c) { return c == ' ' || c == '-' || c == '.' || c == '/'; }
char Capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

using Check = bool (*)(std::string_view);

struct Kind {
  Check check = nullptr;
  uint64_t lengths = 0;  // bit n: the value may have n characters, separators not counted
  char extra = 0;                         // a sign that belongs to the value, beside letters and digits
};

constexpr uint64_t From(unsigned least, unsigned most) { return (~uint64_t{0} >> (63 - most)) & (~uint64_t{0} << least); }
constexpr uint64_t Just(unsigned length) { return From(length, length); }

Kind KindOf(ValidatorKind kind) {
  switch (kind) {
    case ValidatorKind::kLuhn: return {IsPaymentCard, From(13, 19)};
    case ValidatorKind::kIban: return {IsIban, From(15, 32)};
    case ValidatorKind::kCnResidentId: return {IsCnResidentId, Just(18)};
    case ValidatorKind::kCnUnifiedSocialCredit: return {IsCnUnifiedSocialCredit, Just(18)};
    case ValidatorKind::kUsSsn: return {IsUsSsn, Just(9)};
    case ValidatorKind::kUkNino: return {IsUkNino, Just(9)};
    case ValidatorKind::kPassportMrz: return {IsPassportMrz, Just(44), '<'};
    case ValidatorKind::kFrNir: return {IsFrNir, Just(15)};
    case ValidatorKind::kDeTaxId: return {IsDeTaxId, Just(11)};
    case ValidatorKind::kItFiscalCode: return {IsItFiscalCode, Just(16)};
    case ValidatorKind::kEsNif: return {IsEsNif, Just(9)};
    case ValidatorKind::kBrCpf: return {IsBrCpf, Just(11)};
    case ValidatorKind::kInAadhaar: return {IsInAadhaar, Just(12)};
    case ValidatorKind::kKrResidentId: return {IsKrResidentId, Just(13)};
    case ValidatorKind::kJpMyNumber: return {IsJpMyNumber, Just(12)};
    case ValidatorKind::kTwNationalId: return {IsTwNationalId, Just(10)};
    case ValidatorKind::kAuTfn: return {IsAuTfn, Just(9)};
    case ValidatorKind::kCaSin: return {IsCaSin, Just(9)};
    case ValidatorKind::kRuSnils: return {IsRuSnils, Just(11)};
    case ValidatorKind::kRuInn: return {IsRuInn, Just(12) | Just(10)};
    default: return {};
  }
}

constexpr size_t kLongestValue = 44;

// The last `count` significant characters of `text`, without their separators; `taken` bytes in all. False when there are
// not so many, or the value would go on to the left.
bool TakeBackwards(std::string_view text, const Kind& kind, size_t count, std::array<char, kLongestValue>& value, size_t& taken) {
  size_t at = text.size(), left = count;
  bool after_separator = true;  // none may end the value
  while (left > 0) {
    if (at == 0) return false;
    const char c = text[at - 1];
    if (IsAlphanumeric(c) || (kind.extra != 0 && c == kind.extra)) {
      value[--left] = Capital(c);
      after_separator = false;
    } else if (IsSeparator(c) && !after_separator) {
      after_separator = true;
    } else {
      return false;
    }
    --at;
  }
  taken = text.size() - at;
  return at == 0 || !IsAlphanumeric(text[at - 1]);
}

// {" in base64url begins eyJ; { with a space or line feed after it, ew or eyA.
bool BeginsObject(std::string_view base64url) { return base64url.substr(0, 2) == "ey" || base64url.substr(0, 2) == "ew"; }

// RFC 7515: header.payload.signature in base64url; header and payload are JSON objects (RFC 7519). The end of the payload and the
// signature need not be seen, and a header that begins before what is seen passes.
size_t JwtSuffix(std::string_view text) {
  const std::string_view token = TokenAtEnd(text);
  const bool is_cut = token.size() == text.size();
  const size_t first_dot = token.find('.');
  if (first_dot == token.npos) return is_cut ? token.size() : 0;
  const bool has_signature = token.find('.', first_dot + 1) != token.npos;
  return is_cut || (BeginsObject(token) && (has_signature || BeginsObject(token.substr(first_dot + 1)))) ? token.size() : 0;
}

}  // namespace

size_t ValidateSuffix(ValidatorKind kind, std::string_view text) {
  if (kind == ValidatorKind::kNone) return text.size();
  if (kind == ValidatorKind::kJwt) return JwtSuffix(text);
  const Kind k = KindOf(kind);
  std::array<char, kLongestValue> value;
  for (size_t length = kLongestValue; length > 0; --length) {
    size_t taken = 0;
    if ((k.lengths >> length & 1) == 0) continue;
    if (TakeBackwards(text, k, length, value, taken) && k.check({value.data(), length})) return taken;
  }
  return 0;
}

size_t BytesBehindValue(ValidatorKind kind, std::string_view text) {
  if (kind == ValidatorKind::kNone || kind == ValidatorKind::kJwt) return 0;
  const char extra = KindOf(kind).extra;
  size_t behind = 0;
  while (behind < text.size()) {
    const char c = text[text.size() - 1 - behind];
    if (IsAlphanumeric(c) || (extra != 0 && c == extra)) break;
    ++behind;
  }
  return behind;
}

unsigned EntropyMillibits(std::string_view text) {
  if (text.empty()) return 0;
  std::array<uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  const auto total = static_cast<double>(text.size());
  double bits = 0;
  for (const uint32_t count : counts) {
    if (count > 0) bits -= count / total * std::log2(count / total);
  }
  return static_cast<unsigned>(bits * 1000 + 0.5);
}

std::string_view TokenAtEnd(std::string_view text) {
  while (!text.empty() && std::string_view("\"'`;, )\r\n\t").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  size_t begin = text.size();
  while (begin > 0 && (IsAlphanumeric(text[begin - 1]) || std::string_view("+/=_.~-").find(text[begin - 1]) != std::string_view::npos)) --begin;
  return text.substr(begin);
}

}  // namespace sluice::validator
