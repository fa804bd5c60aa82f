// The grammars, one for each nation, that grammar.cc chooses from.
//
// Each reads from the cursor, which stands where the words begin that made the hit, and is true when a marking stands there:
// the cursor is then behind it and `marking` is filled. The sources of each form are in docs/markings.md.
// Thread: pure. Allocates: never.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "rules/marking/cursor.h"
#include "rules/model/marking.h"

namespace sluice::marking {

bool ReadChina(Cursor& cursor, model::Marking& marking);
bool ReadTaiwan(Cursor& cursor, model::Marking& marking);
bool ReadJapan(Cursor& cursor, model::Marking& marking);
bool ReadKorea(Cursor& cursor, model::Marking& marking);
bool ReadUnitedStates(Cursor& cursor, model::Marking& marking);
bool ReadNato(Cursor& cursor, model::Marking& marking);
bool ReadUnitedKingdom(Cursor& cursor, model::Marking& marking);
bool ReadEuropeanUnion(Cursor& cursor, model::Marking& marking);
bool ReadFrance(Cursor& cursor, model::Marking& marking);
bool ReadRussia(Cursor& cursor, model::Marking& marking);
bool ReadAustralia(Cursor& cursor, model::Marking& marking);
bool ReadTrafficLight(Cursor& cursor, model::Marking& marking);
bool ReadMicrosoftLabel(Cursor& cursor, model::Marking& marking);

// What the grammars share.
void AddCaveat(model::Marking& marking, std::string_view name);
// A spelling, and the name that the tables of rules/model/marking.h have for it. The longest is written first.
struct TableWord {
  std::u32string_view text;
  std::string_view name;
};
bool TakeLevel(Cursor& cursor, std::span<const TableWord> words, model::Nation nation, model::Marking& marking);
inline bool TakeLevel(Cursor& cursor, std::initializer_list<TableWord> words, model::Nation nation, model::Marking& marking) {
  return TakeLevel(cursor, std::span(words.begin(), words.size()), nation, marking);
}
// A code of two to four capitals (USA, FVEY). False: none here.
bool TakeCountry(Cursor& cursor, model::Marking& marking);

}  // namespace sluice::marking
