// The numbers that rules can ask to be valid: each a pure function of the number written without separators, in capitals.
//
// A number that passes may still not have been given to anyone; one that fails cannot have been. Where an authority stopped
// using a check digit, the function says so. Thread: pure. Allocates: never.
#pragma once

#include <string_view>

namespace sluice::validator {

bool IsPaymentCard(std::string_view text);             // ISO/IEC 7812-1: 13..19 digits, issuer 1..9, Luhn
bool IsIban(std::string_view text);                    // ISO 13616-1, lengths by country from SWIFT's registry, mod 97-10
bool IsCnResidentId(std::string_view text);            // GB 11643-1999: region, birth date, ISO 7064 mod 11-2
bool IsCnUnifiedSocialCredit(std::string_view text);   // GB 32100-2015
bool IsUsSsn(std::string_view text);                   // SSA: areas, groups and serials never assigned; advertised numbers
bool IsUkNino(std::string_view text);                  // HMRC NIM39110: prefixes in use
bool IsPassportMrz(std::string_view text);             // ICAO 9303-4: second line of TD3, 44 characters, five check digits
bool IsFrNir(std::string_view text);                   // INSEE: 97 − n mod 97, Corsica 2A and 2B
bool IsDeTaxId(std::string_view text);                 // § 139b AO: ISO 7064 mod 11,10, one digit twice or thrice
bool IsItFiscalCode(std::string_view text);            // D.M. 23/12/1976
bool IsEsNif(std::string_view text);                   // Orden INT/2058/2008: DNI and NIE, letter by mod 23
bool IsBrCpf(std::string_view text);                   // Receita Federal: two digits mod 11
bool IsInAadhaar(std::string_view text);               // UIDAI: Verhoeff, begins with 2..9
bool IsKrResidentId(std::string_view text);            // 주민등록법 시행규칙; numbers given since October 2020 have no check digit
bool IsJpMyNumber(std::string_view text);              // 総務省令 第85号 (2014), article 5
bool IsTwNationalId(std::string_view text);            // 戶籍法: letter of the county, mod 10
bool IsAuTfn(std::string_view text);                   // ATO: nine digits, mod 11
bool IsCaSin(std::string_view text);                   // Service Canada: Luhn; 0 and 8 are not issued
bool IsRuSnils(std::string_view text);                 // ПФР: mod 101
bool IsRuInn(std::string_view text);                   // ФНС: 10 or 12 digits, mod 11

}  // namespace sluice::validator
