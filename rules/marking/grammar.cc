#include "rules/marking/grammar.h"

#include <algorithm>

#include "rules/marking/grammars.h"

namespace sluice::marking {
namespace {

using model::Nation;

bool Read(Nation nation, Cursor& cursor, model::Marking& marking) {
  switch (nation) {
    case Nation::kCn: return ReadChina(cursor, marking);
    case Nation::kTw: return ReadTaiwan(cursor, marking);
    case Nation::kUs: return ReadUnitedStates(cursor, marking);
    case Nation::kNato: return ReadNato(cursor, marking);
    case Nation::kUk: return ReadUnitedKingdom(cursor, marking);
    case Nation::kEu: return ReadEuropeanUnion(cursor, marking);
    case Nation::kFr: return ReadFrance(cursor, marking);
    case Nation::kRu: return ReadRussia(cursor, marking);
    case Nation::kJp: return ReadJapan(cursor, marking);
    case Nation::kKr: return ReadKorea(cursor, marking);
    case Nation::kAu: return ReadAustralia(cursor, marking);
    case Nation::kTlp: return ReadTrafficLight(cursor, marking);
    case Nation::kMip: return ReadMicrosoftLabel(cursor, marking);
    case Nation::kNone:
    case Nation::kCount: break;
  }
  return false;
}

}  // namespace

Reading ReadMarking(Nation nation, std::u32string_view text, size_t begin, bool complete) {
  Reading reading;
  Cursor cursor(text, begin, complete);
  reading.marking.nation = nation;
  const bool is_marking = Read(nation, cursor, reading.marking);
  reading.end = cursor.at();
  reading.farthest = std::max(cursor.farthest(), cursor.at());
  reading.outcome = cursor.is_short() ? Reading::Outcome::kNeedsMore : is_marking ? Reading::Outcome::kMarking : Reading::Outcome::kNone;
  if (reading.outcome != Reading::Outcome::kMarking) reading.marking = {};
  return reading;
}

void AddCaveat(model::Marking& marking, std::string_view name) {
  const std::optional<uint8_t> caveat = model::CaveatFromName(marking.nation, name);
  const auto end = marking.caveats.begin() + marking.caveat_count;
  if (!caveat || std::find(marking.caveats.begin(), end, *caveat) != end || marking.caveat_count == marking.caveats.size()) return;
  marking.caveats[marking.caveat_count++] = *caveat;
}

bool TakeLevel(Cursor& cursor, std::span<const TableWord> words, Nation nation, model::Marking& marking) {
  for (const TableWord& word : words) {
    if (!cursor.TakeTextIgnoringCase(word.text)) continue;
    marking.kind = model::MarkingKind::kClassification;
    marking.level = model::LevelFromName(nation, word.name).value_or(0);
    return true;
  }
  return false;
}

bool TakeCountry(Cursor& cursor, model::Marking& marking) {
  size_t letters = 0;
  model::CountryCode code = 0;
  while (letters < 5 && IsCapital(cursor.Peek(letters))) {
    code = code << 5 | static_cast<model::CountryCode>(cursor.Peek(letters++) - U'A' + 1);
  }
  if (letters < 2 || letters > 4) return false;
  cursor.Advance(letters);
  if (marking.country_count < marking.countries.size()) marking.countries[marking.country_count++] = code;
  return true;
}

}  // namespace sluice::marking
