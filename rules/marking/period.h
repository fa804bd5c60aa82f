// How long a marking holds: numbers, dates and periods as markings write them.
//
// Thread: pure. Allocates: never. Each function takes what it reads and leaves the cursor where it was otherwise.
#pragma once

#include "rules/marking/cursor.h"
#include "rules/model/marking.h"

namespace sluice::marking {

// Arabic, at most `most_digits`, or Chinese up to 九十九. False: no number, or 0.
bool TakeNumber(Cursor& cursor, size_t most_digits, int& number);

// 20320109, 2032-01-09, 2032.1.9, 2032/1/9, 2032年1月9日, 民國120年12月31日 (year 1 is 1912).
bool TakeDate(Cursor& cursor, model::Day& day);

// 10年, 6个月, 三年, 15天, 长期, 永久, or a date until which it holds.
bool TakePeriod(Cursor& cursor, model::Marking& marking);

// 会议开始前, 公布后: Chinese characters up to a word for before or after.
bool TakeCondition(Cursor& cursor, model::Marking& marking);

// A date close behind, from which the period is reckoned: sets when it ends. Leaves the cursor in any case.
void ReckonExpiry(Cursor& cursor, model::Marking& marking);

}  // namespace sluice::marking
