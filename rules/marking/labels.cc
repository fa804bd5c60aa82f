// Russia (закон 5485-1, article 8), Australia (email protective marking standard), the Traffic Light Protocol 2.0
// (first.org/tlp) and Microsoft's sensitivity labels (MS-OFFCRYPTO 2.6.5.4).
#include <array>

#include "rules/marking/grammars.h"
#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::MarkingKind;
using model::Nation;

constexpr TableWord kAuFieldCaveats[] = {{U"SH:NATIONAL-CABINET", "NATIONAL-CABINET"}, {U"SH:CABINET", "CABINET"}, {U"RI:AUSTEO", "AUSTEO"}, {U"RI:AGAO", "AGAO"},
                                         {U"RI:REL", "REL"}, {U"SH:", "SH"}, {U"RI:", "RI"}, {U"FG:", "FG"}};
constexpr TableWord kAuBannerCaveats[] = {{U"AUSTEO", "AUSTEO"}, {U"AGAO", "AGAO"}, {U"REL", "REL"}, {U"NATIONAL CABINET", "NATIONAL-CABINET"},
                                          {U"NATIONAL-CABINET", "NATIONAL-CABINET"}, {U"CABINET", "CABINET"}, {U"SH:", "SH"}};

bool TakeAuCaveat(Cursor& c, std::span<const TableWord> words, Marking& marking) {
  for (const TableWord& word : words) {
    if (!c.TakeText(word.text)) continue;
    AddCaveat(marking, word.name);
    return true;
  }
  return false;
}

// [SEC=PROTECTED, CAVEAT=SH:NATIONAL-CABINET, EXPIRES=2031-01-01, DOWNTO=OFFICIAL]: the fields behind the level.
void TakeFields(Cursor& c, Marking& marking) {
  constexpr size_t kMostFields = 6, kLongestField = 48;
  for (size_t i = 0; i < kMostFields && c.Peek() == U','; ++i) {
    const size_t begin = c.at();
    c.Advance();
    c.TakeSpaces(2);
    if (c.TakeText(U"CAVEAT=")) {
      TakeAuCaveat(c, kAuFieldCaveats, marking);
    } else if (c.TakeText(U"EXPIRES=")) {
      if (TakeDate(c, marking.expires)) marking.period = model::PeriodKind::kDate;
    } else if (!c.TakeText(U"DOWNTO=") && !c.TakeText(U"ACCESS=") && !c.TakeText(U"NOTE=") && !c.TakeText(U"ORIGIN=")) {
      return c.Seek(begin);
    }
    for (size_t j = 0; j < kLongestField && c.Peek() != kEnd && c.Peek() != U',' && c.Peek() != U']' && !IsLineEnd(c.Peek()); ++j) c.Advance();
  }
}

constexpr TableWord kAuLevels[] = {{U"TOP SECRET", "TOP SECRET"}, {U"SECRET", "SECRET"}, {U"PROTECTED", "PROTECTED"}, {U"OFFICIAL:Sensitive", "OFFICIAL:Sensitive"},
                            {U"UNOFFICIAL", "UNOFFICIAL"}, {U"OFFICIAL", "OFFICIAL"}};

int HexValue(char32_t c) {
  if (IsDigit(c)) return static_cast<int>(c - U'0');
  const char32_t lower = Lower(c);
  return lower >= U'a' && lower <= U'f' ? static_cast<int>(lower - U'a') + 10 : -1;
}

// 8-4-4-4-12 digits (RFC 4122, 3).
bool TakeGuid(Cursor& c, std::array<uint8_t, Marking::kLabelBytes>& guid) {
  for (size_t i = 0; i < guid.size(); ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && !c.Take(U'-')) return false;
    const int high = HexValue(c.Peek()), low = HexValue(c.Peek(1));
    if (high < 0 || low < 0) return false;
    guid[i] = static_cast<uint8_t>(high * 16 + low);
    c.Advance(2);
  }
  return true;
}

// The name stands in markup behind its key: "_Name"><vt:lpwstr>Confidential, _Name=Confidential.
void TakeLabelName(Cursor& c, Marking& marking) {
  if (!c.TakeText(U"_Name")) return;
  constexpr size_t kMostMarkup = 60;
  for (size_t i = 0; i < kMostMarkup; ++i) {
    const char32_t before = c.Before();
    if ((before == U'>' || before == U'=' || before == U'"') &&
        TakeLevel(c, {{U"highly confidential", "highly confidential"}, {U"confidential", "confidential"}, {U"restricted", "restricted"}, {U"secret", "secret"},
                      {U"internal", "internal"}, {U"general", "general"}, {U"public", "public"}}, Nation::kMip, marking)) {
      marking.kind = MarkingKind::kLabel;
      return;
    }
    const char32_t next = c.Peek();
    if (next == kEnd || next == U'\n' || next == U';') return;
    c.Advance();
  }
}

}  // namespace

bool ReadRussia(Cursor& c, Marking& marking) {
  if (!TakeLevel(c, {{U"Совершенно секретно", "Совершенно секретно"}, {U"Особой важности", "Особой важности"}, {U"Секретно", "Секретно"},
                     {U"Для служебного пользования", "Для служебного пользования"}}, Nation::kRu, marking)) {
    return false;
  }
  if (marking.level == 1) marking.kind = MarkingKind::kHandling;
  const size_t end = c.at();
  for (size_t i = 0; i < 4; ++i) c.TakeAny(U" \n\r.,");
  if (c.TakeTextIgnoringCase(U"Экз.") || c.TakeTextIgnoringCase(U"Экземпляр")) {
    AddCaveat(marking, "Экз. №");
  } else {
    c.Seek(end);
  }
  return true;
}

bool ReadAustralia(Cursor& c, Marking& marking) {
  c.Take(U'[');
  if (c.TakeText(U"SEC=")) {
    if (!TakeLevel(c, kAuLevels, Nation::kAu, marking)) return false;
    marking.kind = MarkingKind::kLabel;
    TakeFields(c, marking);
    return true;
  }
  if (!TakeLevel(c, kAuLevels, Nation::kAu, marking) || !c.TakeText(U"//")) return false;
  for (size_t i = 0; i < 6; ++i) {
    if (!TakeAuCaveat(c, kAuBannerCaveats, marking) || !c.Take(U'/')) break;
    c.Take(U'/');
  }
  return marking.caveat_count > 0;
}

bool ReadTrafficLight(Cursor& c, Marking& marking) {
  if (!c.TakeText(U"TLP")) return false;
  if (c.TakeAny(U":-") == 0) return false;
  c.TakeSpaces(1);
  if (!TakeLevel(c, {{U"RED", "RED"}, {U"AMBER+STRICT", "AMBER+STRICT"}, {U"AMBER", "AMBER"}, {U"GREEN", "GREEN"}, {U"CLEAR", "CLEAR"}, {U"WHITE", "CLEAR"}}, Nation::kTlp, marking)) {
    return false;
  }
  return !IsWordCharacter(c.Peek());
}

bool ReadMicrosoftLabel(Cursor& c, Marking& marking) {
  if (!c.TakeText(U"MSIP_Label_") || !TakeGuid(c, marking.label)) return false;
  marking.kind = MarkingKind::kLabel;
  TakeLabelName(c, marking);
  return true;
}

}  // namespace sluice::marking
