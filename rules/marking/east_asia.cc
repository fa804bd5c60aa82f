// Taiwan (國家機密保護法), Japan (特定秘密保護法, 統一基準) and Korea (보안업무규정, article 4).
#include "rules/marking/grammars.h"
#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::MarkingKind;
using model::Nation;
using model::PeriodKind;

// 保密期限：民國120年12月31日, 本件於民國115年1月1日解密, 解密條件：…
void TakeTaiwanTerms(Cursor& c, Marking& marking) {
  const size_t begin = c.at();
  c.TakeBlanks(4);
  const bool named = c.TakeText(U"保密期限") || c.TakeText(U"解密條件") || c.TakeText(U"解密日期");
  if (!named) c.TakeText(U"本件");
  c.TakeAny(U":：");
  c.TakeText(U"至") || c.TakeText(U"於") || c.TakeText(U"自");
  c.TakeSpaces(2);
  if ((named || c.at() > begin) && (TakePeriod(c, marking) || (named && TakeCondition(c, marking)))) return;
  c.Seek(begin);
}

// The level of 機密性3情報, whose digit may be full-width.
bool ReadGrade(Cursor& c, Marking& marking) {
  if (!c.TakeText(U"機密性")) return false;
  c.TakeSpaces(1);
  const char32_t digit = c.TakeAny(U"123");
  if (digit == 0) return false;
  c.TakeSpaces(1);
  c.TakeText(U"情報");
  marking.kind = MarkingKind::kHandling;
  marking.level = model::LevelFromName(Nation::kJp, digit == U'1' ? "機密性1" : digit == U'2' ? "機密性2" : "機密性3").value_or(0);
  return true;
}

void TakeJapaneseHandling(Cursor& c, Marking& marking) {
  const size_t begin = c.at();
  c.TakeBlanks(3);
  if (c.TakeText(U"取扱注意")) return AddCaveat(marking, "取扱注意");
  if (c.TakeText(U"複製厳禁")) return AddCaveat(marking, "複製厳禁");
  if (c.TakeText(U"関係者限り")) return AddCaveat(marking, "関係者限り");
  c.Seek(begin);
}

}  // namespace

bool ReadTaiwan(Cursor& c, Marking& marking) {
  c.TakeBlanks(2);
  if (!TakeLevel(c, {{U"絕對機密", "絕對機密"}, {U"極機密", "極機密"}, {U"機密", "機密"}, {U"密", "密"}}, Nation::kTw, marking)) return false;
  TakeTaiwanTerms(c, marking);
  return true;
}

bool ReadJapan(Cursor& c, Marking& marking) {
  c.TakeAny(U"【（［([");
  if (ReadGrade(c, marking)) return true;
  if (!TakeLevel(c, {{U"特定秘密", "特定秘密"}, {U"特別防衛秘密", "特別防衛秘密"}, {U"防衛秘密", "防衛秘密"}, {U"極秘", "極秘"}, {U"部外秘", "部外秘"},
                     {U"社外秘", "社外秘"}, {U"取扱注意", "取扱注意"}}, Nation::kJp, marking)) {
    return false;
  }
  if (marking.level <= model::LevelFromName(Nation::kJp, "部外秘").value_or(0)) marking.kind = MarkingKind::kHandling;
  c.TakeAny(U"】）］)]");
  TakeJapaneseHandling(c, marking);
  return true;
}

// Ⅰ급비밀 with the Roman numeral as one character, as letters or as a digit.
bool ReadKorea(Cursor& c, Marking& marking) {
  c.TakeSpaces(1);
  if (c.Before() == U'I' || IsDigit(c.Before())) return false;  // the numeral begins further left
  if (TakeLevel(c, {{U"대외비", "대외비"}}, Nation::kKr, marking)) {
    marking.kind = MarkingKind::kHandling;
    return true;
  }
  if (c.TakeText(U"군사")) AddCaveat(marking, "군사");
  c.TakeSpaces(1);
  if (!TakeLevel(c, {{U"Ⅲ", "Ⅲ급비밀"}, {U"Ⅱ", "Ⅱ급비밀"}, {U"Ⅰ", "Ⅰ급비밀"}, {U"III", "Ⅲ급비밀"}, {U"II", "Ⅱ급비밀"}, {U"I", "Ⅰ급비밀"}, {U"3", "Ⅲ급비밀"},
                     {U"2", "Ⅱ급비밀"}, {U"1", "Ⅰ급비밀"}}, Nation::kKr, marking)) {
    return false;
  }
  c.TakeSpaces(1);
  if (!c.Take(U'급')) return false;
  c.TakeSpaces(1);
  return c.TakeText(U"비밀");
}

}  // namespace sluice::marking
