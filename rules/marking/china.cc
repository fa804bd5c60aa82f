// China: 密级★保密期限, ★解密时间 or ★解密条件 (保守国家秘密法实施条例; GB/T 9704-2012, 7.2.2); work secrets
// (工作秘密管理暂行办法); 核心商密 and 普通商密 (中央企业商业秘密保护暂行规定, articles 13 to 15).
#include "rules/marking/grammars.h"
#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::MarkingKind;
using model::Nation;
using model::PeriodKind;

constexpr std::u32string_view kStars = U"★☆*＊※✩✭✮⭐·•・";

// Years that hold where a state-secret mark states none.
struct StateLevel {
  std::u32string_view first;  // character of the level, simplified or not
  std::string_view name;
  uint16_t years;
};
constexpr StateLevel kStateLevels[] = {{U"绝絕", "绝密", 30}, StateLevel{U"机機", "机密", 20}, StateLevel{U"秘祕", "秘密", 10}};

bool TakeStateLevel(Cursor& c, Marking& marking, uint16_t& years) {
  const size_t begin = c.at();
  for (const StateLevel& level : kStateLevels) {
    if (c.TakeAny(level.first) == 0) continue;
    c.TakeBlanks(2);
    if (c.Take(U'密')) {
      marking.kind = MarkingKind::kClassification;
      marking.level = model::LevelFromName(Nation::kCn, level.name).value_or(0);
      years = level.years;
      return true;
    }
    c.Seek(begin);
  }
  return false;
}

bool TakeStar(Cursor& c) {
  const size_t begin = c.at();
  c.TakeBlanks(2);
  c.TakeAny(U"级級");
  c.TakeBlanks(2);
  if (c.TakeAny(kStars) != 0) return true;
  c.Seek(begin);
  return false;
}

constexpr std::u32string_view kExaminationWords[] = {U"启用", U"启封", U"考试", U"使用前", U"开考", U"啟用", U"考試"};

// The stamps of examination papers: until the paper is used.
bool IsExamination(Cursor& c) {
  const size_t begin = c.at();
  bool found = false;
  for (const std::u32string_view word : kExaminationWords) found = found || c.TakeSpaced(word);
  c.Seek(begin);
  return found;
}

bool ReadStateSecret(Cursor& c, Marking& marking) {
  uint16_t years = 0;
  if (c.TakeSpaced(U"密级") || c.TakeSpaced(U"密級")) {
    c.TakeSpaces(4);
    if (c.TakeAny(U":：") == 0) return false;
    c.TakeSpaces(4);
  }
  if (!TakeStateLevel(c, marking, years)) return false;
  if (!TakeStar(c)) return true;
  const size_t behind_star = c.at();
  c.TakeSpaces(2);
  const bool examination = IsExamination(c);
  if (!TakePeriod(c, marking) && !TakeCondition(c, marking)) {
    c.Seek(behind_star);
    marking.period = PeriodKind::kUnstated;
    marking.amount = years;
  }
  if (examination) marking.kind = MarkingKind::kExamination;
  ReckonExpiry(c, marking);
  return true;
}

bool ReadCommercialSecret(Cursor& c, Marking& marking) {
  const bool core = c.TakeSpaced(U"核心商密");
  if (!core && !c.TakeSpaced(U"普通商密")) return false;
  marking.kind = MarkingKind::kCommercialSecret;
  marking.level = model::LevelFromName(Nation::kCn, core ? "核心商密" : "普通商密").value_or(0);
  // Between level and period there may stand the owner.
  constexpr size_t kLongestOwner = 16;
  for (size_t i = 0; i <= kLongestOwner; ++i) {
    if (TakePeriod(c, marking)) return true;
    if (c.TakeText(U"公布前")) {
      marking.period = PeriodKind::kCondition;
      marking.condition_begin = U'公';
      return true;
    }
    const char32_t next = c.Peek();
    if (next == kEnd || next == U'。' || next == U'，' || next == U'；' || next == U',') return false;
    c.Advance();
  }
  return false;
}

constexpr std::u32string_view kWorkWords[] = {U"内部事项", U"内部资料", U"内部使用", U"工作秘密", U"内部文件"};
constexpr std::u32string_view kHandlingWords[] = {U"注意保管", U"注意保存", U"注意保密", U"不得外传", U"严禁外传"};

bool ReadWorkSecret(Cursor& c, Marking& marking) {
  for (const std::u32string_view word : kWorkWords) {
    if (!c.TakeSpaced(word)) continue;
    c.TakeBlanks(2);
    c.TakeAny(U"，,、");
    c.TakeBlanks(2);
    for (const std::u32string_view handling : kHandlingWords) {
      if (!c.TakeSpaced(handling)) continue;
      marking.kind = MarkingKind::kWorkSecret;
      marking.level = model::LevelFromName(Nation::kCn, "内部").value_or(0);
      return true;
    }
    return false;
  }
  return false;
}

}  // namespace

bool ReadChina(Cursor& c, Marking& marking) {
  const size_t begin = c.at();
  c.TakeBlanks(4);
  const size_t first = c.at();
  for (const auto read : {ReadStateSecret, ReadCommercialSecret, ReadWorkSecret}) {
    if (read(c, marking)) return true;
    c.Seek(first);
  }
  c.Seek(begin);
  return false;
}

}  // namespace sluice::marking
