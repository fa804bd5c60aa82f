#include "rules/validator/numbers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "rules/validator/checksum.h"

namespace sluice::validator {
namespace {

bool IsDigits(std::string_view text, size_t count) { return text.size() == count && AllDigits(text); }

struct IbanLength {
  char country[3];
  uint8_t length;
};
// SWIFT, IBAN Registry, release 96.
constexpr IbanLength kIbanLengths[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22}, {"BR", 29}, {"BY", 28}, {"CH", 21},
    {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27},
    {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NL", 18}, {"NO", 15}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25},
    {"QA", 29}, {"RO", 24}, {"RS", 22}, {"SA", 24}, {"SC", 31}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"ST", 25}, {"SV", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}};

size_t LengthOfIban(std::string_view country) {
  for (const IbanLength& entry : kIbanLengths) {
    if (country == entry.country) return entry.length;
  }
  return 0;
}

// Provinces of GB/T 2260, first two digits; 71 Taiwan, 81 Hong Kong, 82 Macao, 83 residence permits of Taiwan.
bool IsCnProvince(int code) {
  static constexpr int kLast[] = {-1, 15, 23, 37, 46, 54, 65, 71, 83};
  const int tens = code / 10;
  return tens >= 1 && tens <= 8 && code % 10 >= 1 && code <= kLast[tens];
}

// ICAO 9303-3, 4.9: weights 7, 3, 1 over digits, capitals (A = 10) and '<' (0).
int MrzCheck(std::string_view field) {
  static constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    sum += kWeights[i % 3] * (IsDigit(c) ? DigitOf(c) : IsUpper(c) ? c - 'A' + 10 : 0);
  }
  return sum % 10;
}

// The two digits of a Brazilian CPF, each over all digits before it.
bool HasCpfDigit(std::string_view cpf, size_t place) {
  int sum = 0;
  for (size_t i = 0; i < place; ++i) sum += DigitOf(cpf[i]) * static_cast<int>(place + 1 - i);
  const int rest = sum * 10 % 11;
  return rest % 10 == DigitOf(cpf[place]);
}

}  // namespace

bool IsPaymentCard(std::string_view text) {
  return text.size() >= 13 && text.size() <= 19 && AllDigits(text) && text[0] != '0' && !AllTheSame(text) && HasLuhnDigit(text);
}

bool IsIban(std::string_view text) {
  if (text.size() < 15 || text.size() != LengthOfIban(text.substr(0, 2))) return false;
  std::array<char, 34> turned{};
  const size_t n = text.size();
  std::copy(text.begin() + 4, text.end(), turned.begin());
  std::copy(text.begin(), text.begin() + 4, turned.begin() + static_cast<std::ptrdiff_t>(n - 4));
  const std::string_view all(turned.data(), n);
  if (!std::all_of(all.begin(), all.end(), [](char c) { return IsDigit(c) || IsUpper(c); })) return false;
  return Mod97(all) == 1;
}

bool IsCnResidentId(std::string_view text) {
  if (text.size() != 18 || !AllDigits(text.substr(0, 17))) return false;
  const int year = NumberOf(text.substr(6, 4));
  if (!IsCnProvince(NumberOf(text.substr(0, 2))) || year < 1900 || year > 2100) return false;
  if (!IsDate(year, NumberOf(text.substr(10, 2)), NumberOf(text.substr(12, 2)))) return false;
  const int sum = WeightedSum(text, {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return text[17] == "10X98765432"[sum % 11];
}

bool IsCnUnifiedSocialCredit(std::string_view text) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (text.size() != 18) return false;
  int sum = 0, weight = 1;
  for (const char c : text.substr(0, 17)) {
    const size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return false;
    sum += static_cast<int>(value) * weight;
    weight = weight * 3 % 31;
  }
  // Digits 3..8 are an administrative region; letters there are no code of this kind.
  if (!AllDigits(text.substr(2, 6))) return false;
  return text[17] == kAlphabet[static_cast<size_t>((31 - sum % 31) % 31)];
}

bool IsUsSsn(std::string_view text) {
  if (!IsDigits(text, 9)) return false;
  const int area = NumberOf(text.substr(0, 3));
  if (area == 0 || area == 666 || area >= 900 || text.substr(3, 2) == "00" || text.substr(5) == "0000") return false;
  return text != "078051120" && text != "219099999" && text != "123456789";
}

bool IsUkNino(std::string_view text) {
  if (text.size() != 9 || !AllDigits(text.substr(2, 6)) || text[8] < 'A' || text[8] > 'D') return false;
  static constexpr std::string_view kNeverFirst = "DFIQUV", kNeverSecond = "DFIOQUV";
  if (!IsUpper(text[0]) || !IsUpper(text[1]) || kNeverFirst.find(text[0]) != kNeverFirst.npos || kNeverSecond.find(text[1]) != kNeverSecond.npos) return false;
  for (const std::string_view unused : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (text.substr(0, 2) == unused) return false;
  }
  return true;
}

bool IsPassportMrz(std::string_view text) {
  if (text.size() != 44) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || IsUpper(c) || c == '<'; })) return false;
  const auto checks = [&](size_t first, size_t count) { return IsDigit(text[first + count]) && MrzCheck(text.substr(first, count)) == DigitOf(text[first + count]); };
  if (!checks(0, 9) || !checks(13, 6) || !checks(21, 6)) return false;
  const bool no_personal_number = text[42] == '<' && text.substr(28, 14).find_first_not_of('<') == text.npos;
  if (!no_personal_number && !checks(28, 14)) return false;
  std::array<char, 39> all{};
  auto end = std::copy_n(text.begin(), 10, all.begin());
  end = std::copy_n(text.begin() + 13, 7, end);
  std::copy_n(text.begin() + 21, 22, end);
  return IsDigit(text[43]) && MrzCheck({all.data(), all.size()}) == DigitOf(text[43]);
}

bool IsFrNir(std::string_view text) {
  if (text.size() != 15 || std::string_view("123478").find(text[0]) == std::string_view::npos) return false;
  std::array<char, 15> digits{};
  std::copy(text.begin(), text.end(), digits.begin());
  // Corsica: department 2A counts as 19, 2B as 18.
  if (text[5] == '2' && (text[6] == 'A' || text[6] == 'B')) {
    digits[5] = '1';
    digits[6] = text[6] == 'A' ? '9' : '8';
  }
  if (!AllDigits({digits.data(), digits.size()})) return false;
  uint64_t number = 0;
  for (size_t i = 0; i < 13; ++i) number = number * 10 + static_cast<uint64_t>(DigitOf(digits[i]));
  return static_cast<int>(97 - number % 97) == NumberOf({digits.data() + 13, 2});
}

bool IsDeTaxId(std::string_view text) {
  if (!IsDigits(text, 11) || text[0] == '0') return false;
  std::array<int, 10> seen{};
  for (const char c : text.substr(0, 10)) ++seen[static_cast<size_t>(DigitOf(c))];
  const auto repeated = std::count_if(seen.begin(), seen.end(), [](int n) { return n > 1; });
  const auto most = *std::max_element(seen.begin(), seen.end());
  return repeated == 1 && most <= 3 && HasMod11_10Digit(text);
}

bool IsItFiscalCode(std::string_view text) {
  static constexpr int kOdd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  static constexpr std::string_view kShape = "LLLLLLNNLNNLNNNL";
  // Digits may be written as these letters where two people would have the same code (omocodia).
  static constexpr std::string_view kDigitLetters = "LMNPQRSTUV";
  if (text.size() != 16) return false;
  int sum = 0;
  for (size_t i = 0; i < 16; ++i) {
    const char c = text[i];
    const bool digit_place = kShape[i] == 'N';
    if (digit_place ? !IsDigit(c) && kDigitLetters.find(c) == kDigitLetters.npos : !IsUpper(c)) return false;
    const int value = IsDigit(c) ? DigitOf(c) : c - 'A';
    if (i < 15) sum += i % 2 == 0 ? kOdd[value] : value;
  }
  return text[15] == 'A' + sum % 26;
}

bool IsEsNif(std::string_view text) {
  static constexpr std::string_view kLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
  if (text.size() != 9) return false;
  const size_t foreigner = std::string_view("XYZ").find(text[0]);
  const bool is_nie = foreigner != std::string_view::npos;
  if (!AllDigits(text.substr(is_nie ? 1 : 0, is_nie ? 7 : 8))) return false;
  const int number = is_nie ? static_cast<int>(foreigner) * 10'000'000 + NumberOf(text.substr(1, 7)) : NumberOf(text.substr(0, 8));
  return number != 0 && text[8] == kLetters[static_cast<size_t>(number % 23)];
}

bool IsBrCpf(std::string_view text) { return IsDigits(text, 11) && !AllTheSame(text) && HasCpfDigit(text, 9) && HasCpfDigit(text, 10); }

bool IsInAadhaar(std::string_view text) { return IsDigits(text, 12) && text[0] >= '2' && !AllTheSame(text) && HasVerhoeffDigit(text); }

bool IsKrResidentId(std::string_view text) {
  if (!IsDigits(text, 13) || text[6] == '0' || text[6] == '9') return false;
  const int century = text[6] == '1' || text[6] == '2' || text[6] == '5' || text[6] == '6' ? 1900 : 2000;
  if (!IsDate(century + NumberOf(text.substr(0, 2)), NumberOf(text.substr(2, 2)), NumberOf(text.substr(4, 2)))) return false;
  const int sum = WeightedSum(text, {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5});
  return (11 - sum % 11) % 10 == DigitOf(text[12]);
}

bool IsJpMyNumber(std::string_view text) {
  if (!IsDigits(text, 12) || AllTheSame(text)) return false;
  const int rest = WeightedSum(text, {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest <= 1 ? 0 : 11 - rest) == DigitOf(text[11]);
}

bool IsTwNationalId(std::string_view text) {
  // Values of A..Z.
  static constexpr int kCounty[] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
  if (text.size() != 10 || !IsUpper(text[0]) || !AllDigits(text.substr(1))) return false;
  if (std::string_view("1289").find(text[1]) == std::string_view::npos) return false;
  const int county = kCounty[text[0] - 'A'];
  return (county / 10 + county % 10 * 9 + WeightedSum(text.substr(1), {8, 7, 6, 5, 4, 3, 2, 1, 1})) % 10 == 0;
}

bool IsAuTfn(std::string_view text) {
  return IsDigits(text, 9) && !AllTheSame(text) && WeightedSum(text, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
}

bool IsCaSin(std::string_view text) { return IsDigits(text, 9) && text[0] != '0' && text[0] != '8' && !AllTheSame(text) && HasLuhnDigit(text); }

bool IsRuSnils(std::string_view text) {
  // Numbers up to 001-001-998 have no check digits (order of the pension fund).
  if (!IsDigits(text, 11) || NumberOf(text.substr(0, 9)) <= 1'001'998) return false;
  const int check = WeightedSum(text, {9, 8, 7, 6, 5, 4, 3, 2, 1}) % 101 % 100;
  return check == NumberOf(text.substr(9));
}

bool IsRuInn(std::string_view text) {
  if (text.size() == 10 && AllDigits(text) && !AllTheSame(text)) return WeightedSum(text, {2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == DigitOf(text[9]);
  if (!IsDigits(text, 12) || AllTheSame(text)) return false;
  return WeightedSum(text, {7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == DigitOf(text[10]) &&
         WeightedSum(text, {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == DigitOf(text[11]);
}

}  // namespace sluice::validator
