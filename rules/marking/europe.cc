// NATO (C-M(2002)49), the United Kingdom (Government Security Classifications Policy, 2024), the European Union (Decision
// 2013/488/EU) and France (instruction générale interministérielle no. 1300, 2021), with and without accents.
#include "rules/marking/grammars.h"
#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::MarkingKind;
using model::Nation;

struct CaveatWord {
  std::u32string_view text;
  std::string_view caveat;
};

// Caveats behind a level: over spaces, hyphens, commas and brackets.
void TakeCaveats(Cursor& c, std::initializer_list<CaveatWord> words, Marking& marking) {
  constexpr size_t kMost = 6;
  for (size_t i = 0; i < kMost; ++i) {
    const size_t begin = c.at();
    for (size_t j = 0; j < 3; ++j) c.TakeAny(U" -–,[/|\n\r");
    bool found = false;
    for (const CaveatWord& word : words) {
      if (found || !c.TakeText(word.text)) continue;
      found = !IsWordCharacter(c.Peek());
      if (found) AddCaveat(marking, word.caveat);
    }
    if (!found) return c.Seek(begin);
    c.Take(U']');
  }
}

// A level is a word, or words, by itself.
bool TakeWholeLevel(Cursor& c, std::initializer_list<TableWord> words, Nation nation, Marking& marking) {
  return !IsWordCharacter(c.Before()) && TakeLevel(c, words, nation, marking) && !IsWordCharacter(c.Peek());
}

}  // namespace

bool ReadNato(Cursor& c, Marking& marking) {
  if (!TakeWholeLevel(c, {{U"COSMIC TOP SECRET", "COSMIC TOP SECRET"}, {U"COSMIC TRÈS SECRET", "COSMIC TOP SECRET"}, {U"COSMIC TRES SECRET", "COSMIC TOP SECRET"},
                     {U"NATO SECRET", "NATO SECRET"}, {U"NATO CONFIDENTIAL", "NATO CONFIDENTIAL"}, {U"NATO CONFIDENTIEL", "NATO CONFIDENTIAL"},
                     {U"NATO RESTRICTED", "NATO RESTRICTED"}, {U"NATO DIFFUSION RESTREINTE", "NATO RESTRICTED"}, {U"NATO UNCLASSIFIED", "NATO UNCLASSIFIED"}},
                 Nation::kNato, marking)) {
    return false;
  }
  TakeCaveats(c, {{U"ATOMAL", "ATOMAL"}, {U"BOHEMIA", "BOHEMIA"}, {U"BALK", "BALK"}}, marking);
  return true;
}

bool ReadUnitedKingdom(Cursor& c, Marking& marking) {
  const bool named = c.TakeText(U"UK ");
  const bool top = c.Before(1) == U' ' && c.Before(2) == U'P' && c.Before(3) == U'O' && c.Before(4) == U'T';
  if (!TakeWholeLevel(c, {{U"TOP SECRET", "TOP SECRET"}, {U"SECRET", top ? "TOP SECRET" : "SECRET"}, {U"OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"}, {U"OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE"},
                     {U"OFFICIAL", "OFFICIAL"}, {U"CONFIDENTIAL", "CONFIDENTIAL"}, {U"RESTRICTED", "RESTRICTED"}, {named ? U"EYES ONLY" : U"UK EYES ONLY", ""}}, Nation::kUk, marking)) {
    return false;
  }
  if (marking.level == 0) AddCaveat(marking, "UK EYES ONLY");
  TakeCaveats(c, {{U"UK EYES ONLY", "UK EYES ONLY"}, {U"UK/US EYES ONLY", "UK/US EYES ONLY"}, {U"RECIPIENTS ONLY", "RECIPIENTS ONLY"},
                  {U"ORGANISATIONAL USE ONLY", "ORGANISATIONAL USE ONLY"}, {U"COMMERCIAL", "COMMERCIAL"}, {U"PERSONAL", "PERSONAL"}, {U"LOCSEN", "LOCSEN"},
                  {U"STRAP1", "STRAP1"}, {U"STRAP2", "STRAP2"}, {U"STRAP3", "STRAP3"}, {U"STRAP", "STRAP"}}, marking);
  return true;
}

bool ReadEuropeanUnion(Cursor& c, Marking& marking) {
  return TakeWholeLevel(c, {{U"TRÈS SECRET UE/EU TOP SECRET", "TRÈS SECRET UE/EU TOP SECRET"}, {U"TRES SECRET UE/EU TOP SECRET", "TRÈS SECRET UE/EU TOP SECRET"},
                       {U"TRÈS SECRET UE", "TRÈS SECRET UE/EU TOP SECRET"}, {U"TRES SECRET UE", "TRÈS SECRET UE/EU TOP SECRET"}, {U"EU TOP SECRET", "TRÈS SECRET UE/EU TOP SECRET"},
                       {U"SECRET UE/EU SECRET", "SECRET UE/EU SECRET"}, {U"CONFIDENTIEL UE/EU CONFIDENTIAL", "CONFIDENTIEL UE/EU CONFIDENTIAL"},
                       {U"CONFIDENTIEL UE", "CONFIDENTIEL UE/EU CONFIDENTIAL"}, {U"RESTREINT UE/EU RESTRICTED", "RESTREINT UE/EU RESTRICTED"},
                       {U"RESTREINT UE", "RESTREINT UE/EU RESTRICTED"}}, Nation::kEu, marking);
}

bool ReadFrance(Cursor& c, Marking& marking) {
  if (!TakeWholeLevel(c, {{U"TRÈS SECRET DÉFENSE", "TRÈS SECRET DÉFENSE"}, {U"TRES SECRET DEFENSE", "TRÈS SECRET DÉFENSE"}, {U"TRÈS SECRET", "TRÈS SECRET"},
                     {U"TRES SECRET", "TRÈS SECRET"}, {U"SECRET DÉFENSE", "SECRET DÉFENSE"}, {U"SECRET DEFENSE", "SECRET DÉFENSE"},
                     {U"CONFIDENTIEL DÉFENSE", "CONFIDENTIEL DÉFENSE"}, {U"CONFIDENTIEL DEFENSE", "CONFIDENTIEL DÉFENSE"}, {U"SECRET", "SECRET"},
                     {U"DIFFUSION RESTREINTE", "DIFFUSION RESTREINTE"}}, Nation::kFr, marking)) {
    return false;
  }
  if (marking.level == 1) marking.kind = MarkingKind::kHandling;
  TakeCaveats(c, {{U"SPÉCIAL FRANCE", "SPÉCIAL FRANCE"}, {U"SPECIAL FRANCE", "SPÉCIAL FRANCE"}}, marking);
  return true;
}

}  // namespace sluice::marking
