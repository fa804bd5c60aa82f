#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Day;
using model::Marking;
using model::PeriodKind;

constexpr std::u32string_view kChineseDigits = U"〇一二三四五六七八九";
constexpr size_t kLongestCondition = 12;
// ROC years count from 1912.
constexpr int kRocEpoch = 1911;

bool TakeDigits(Cursor& c, size_t least, size_t most, int& number) {
  size_t count = 0;
  int value = 0;
  while (count < most && IsDigit(c.Peek(count))) value = value * 10 + static_cast<int>(c.Peek(count++) - U'0');
  if (count < least) return false;
  c.Advance(count);
  number = value;
  return true;
}

// 0 for 十 without a digit before it is 1.
bool TakeChineseNumber(Cursor& c, int& number) {
  const auto digit = [&] {
    const size_t i = kChineseDigits.find(c.Peek());
    return c.Peek() == kEnd || i == kChineseDigits.npos ? -1 : static_cast<int>(i);
  };
  const size_t begin = c.at();
  int tens = 0, ones = digit();
  if (ones >= 0) c.Advance();
  if (c.Take(U'十')) {
    tens = ones < 0 ? 1 : ones;
    ones = digit();
    if (ones >= 0) c.Advance();
  }
  number = tens * 10 + (ones < 0 ? 0 : ones);
  return c.at() != begin;
}

bool TakeYearMonthDay(Cursor& c, int year, Day& day) {
  int month = 0, day_of_month = 0;
  const char32_t separator = c.TakeAny(U"-./年");
  if (separator == 0 || !TakeDigits(c, 1, 2, month)) return false;
  if (!c.Take(separator == U'年' ? U'月' : separator) || !TakeDigits(c, 1, 2, day_of_month)) return false;
  if (separator == U'年') c.Take(U'日');
  day = model::DayOf(year, month, day_of_month);
  return day != model::kNoDay;
}

bool TakeRocDate(Cursor& c, Day& day) {
  int year = 0;
  if (!c.TakeText(U"民國") && !c.TakeText(U"民国")) return false;
  c.TakeSpaces(1);
  return TakeDigits(c, 1, 3, year) && TakeYearMonthDay(c, year + kRocEpoch, day);
}

bool TakeGregorianDate(Cursor& c, Day& day) {
  const size_t begin = c.at();
  int number = 0;
  if (TakeDigits(c, 8, 8, number) && !IsDigit(c.Peek())) {
    day = model::DayOf(number / 10000, number / 100 % 100, number % 100);
    if (day != model::kNoDay) return true;
  }
  c.Seek(begin);
  return TakeDigits(c, 4, 4, number) && TakeYearMonthDay(c, number, day);
}

void SetPeriod(Marking& marking, PeriodKind kind, int amount) {
  marking.period = kind;
  marking.amount = static_cast<uint16_t>(amount);
}

bool TakeUnit(Cursor& c, Marking& marking, int amount) {
  c.TakeSpaces(1);
  if (c.TakeAny(U"年") != 0) {
    SetPeriod(marking, PeriodKind::kYears, amount);
  } else if (c.TakeText(U"个月") || c.TakeText(U"個月") || c.Take(U'月')) {
    SetPeriod(marking, PeriodKind::kMonths, amount);
  } else if (c.TakeAny(U"天日") != 0) {
    SetPeriod(marking, PeriodKind::kDays, amount);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool TakeNumber(Cursor& c, size_t most_digits, int& number) {
  const size_t begin = c.at();
  if ((TakeDigits(c, 1, most_digits, number) || TakeChineseNumber(c, number)) && number > 0) return true;
  c.Seek(begin);
  return false;
}

bool TakeDate(Cursor& c, Day& day) {
  const size_t begin = c.at();
  if (TakeRocDate(c, day)) return true;
  c.Seek(begin);
  if (TakeGregorianDate(c, day)) return true;
  c.Seek(begin);
  return false;
}

bool TakePeriod(Cursor& c, Marking& marking) {
  const size_t begin = c.at();
  if (TakeDate(c, marking.expires)) {
    marking.period = PeriodKind::kDate;
    return true;
  }
  marking.expires = model::kNoDay;
  if (c.TakeText(U"长期") || c.TakeText(U"長期") || c.TakeText(U"永久")) {
    marking.period = PeriodKind::kPermanent;
    return true;
  }
  int amount = 0;
  // The law knows at most 30 years; more digits are something else.
  if (TakeNumber(c, 3, amount) && TakeUnit(c, marking, amount)) return true;
  c.Seek(begin);
  return false;
}

bool TakeCondition(Cursor& c, Marking& marking) {
  for (size_t i = 0; i < kLongestCondition; ++i) {
    const char32_t letter = c.Peek(i);
    if (!IsHan(letter)) return false;
    if (i == 0 || (letter != U'前' && letter != U'后' && letter != U'後')) continue;
    marking.period = PeriodKind::kCondition;
    marking.condition_begin = c.Peek();
    c.Advance(i + 1);
    return true;
  }
  return false;
}

void ReckonExpiry(Cursor& c, Marking& marking) {
  const bool has_length = marking.period == PeriodKind::kYears || marking.period == PeriodKind::kMonths || marking.period == PeriodKind::kDays ||
                          marking.period == PeriodKind::kUnstated;
  if (!has_length) return;
  const size_t begin = c.at();
  Day issued = model::kNoDay;
  c.TakeBlanks(2);
  c.TakeAny(U"(,（，");
  if (TakeDate(c, issued)) {
    if (marking.period == PeriodKind::kDays) marking.expires = issued + marking.amount;
    if (marking.period == PeriodKind::kMonths) marking.expires = model::AddMonths(issued, marking.amount);
    if (marking.period == PeriodKind::kYears || marking.period == PeriodKind::kUnstated) marking.expires = model::AddMonths(issued, marking.amount * 12);
    c.TakeAny(U")）");
  } else {
    c.Seek(begin);
  }
}

}  // namespace sluice::marking
