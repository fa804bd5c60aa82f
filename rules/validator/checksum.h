// Check digits that several numbers share.
//
// Thread: pure. Allocates: never. REQUIRES of each: the text holds ASCII digits only, where not said otherwise.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace sluice::validator {

inline int DigitOf(char c) { return c - '0'; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool AllDigits(std::string_view text);
bool AllTheSame(std::string_view text);

// Σ weight·digit over the first weights.size() digits.
int WeightedSum(std::string_view digits, std::initializer_list<int> weights);
// ISO/IEC 7812-1, annex B.
bool HasLuhnDigit(std::string_view digits);
// ISO 7064, pure system mod 97-10, over digits and capitals (A = 10).
int Mod97(std::string_view alphanumeric);
// ISO 7064, hybrid system mod 11,10; the last digit checks the others.
bool HasMod11_10Digit(std::string_view digits);
// Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group of order 10.
bool HasVerhoeffDigit(std::string_view digits);
// Gregorian, years 1..9999.
bool IsDate(int year, int month, int day);
int NumberOf(std::string_view digits);

}  // namespace sluice::validator
