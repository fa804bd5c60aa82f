#include "rules/validator/checksum.h"

#include <algorithm>
#include <array>

namespace sluice::validator {

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

bool AllTheSame(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == text[0]; });
}

int WeightedSum(std::string_view digits, std::initializer_list<int> weights) {
  int sum = 0;
  size_t i = 0;
  for (const int weight : weights) sum += weight * DigitOf(digits[i++]);
  return sum;
}

bool HasLuhnDigit(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int d = DigitOf(digits[i]) * (twice ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return sum % 10 == 0;
}

int Mod97(std::string_view alphanumeric) {
  int rest = 0;
  for (const char c : alphanumeric) {
    rest = IsDigit(c) ? (rest * 10 + DigitOf(c)) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest;
}

bool HasMod11_10Digit(std::string_view digits) {
  int product = 10;
  for (const char c : digits.substr(0, digits.size() - 1)) {
    int sum = (DigitOf(c) + product) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return (11 - product) % 10 == DigitOf(digits.back());
}

bool HasVerhoeffDigit(std::string_view digits) {
  static constexpr int kProduct[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
                                           {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                           {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
                                           {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
  static constexpr int kPermutation[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
                                              {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                              {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
  int check = 0;
  for (size_t i = 0; i < digits.size(); ++i) check = kProduct[check][kPermutation[i % 8][DigitOf(digits[digits.size() - 1 - i])]];
  return check == 0;
}

bool IsDate(int year, int month, int day) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

int NumberOf(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + DigitOf(c);
  return value;
}

}  // namespace sluice::validator
