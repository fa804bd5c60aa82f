// Marking: what a protective marking says, parsed: whose it is, how high, with which caveats and for how long.
//
// Fixed in size, so that it travels in findings and records. Words are indices into the tables of this file: a record shows
// words that are known, never text of the document. Thread: value type. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::model {

// Whose rules the marking follows.
enum class Nation : uint8_t { kNone, kCn, kTw, kUs, kNato, kUk, kEu, kFr, kRu, kJp, kKr, kAu, kTlp, kMip, kCount };

enum class MarkingKind : uint8_t {
  kNone,
  kClassification,  // a level, with or without caveats
  kWorkSecret,      // China: 工作秘密
  kCommercialSecret,
  kExamination,     // 绝密★启用前: the stamp of examination papers, no state secret
  kPortion,         // of one paragraph: (S//NF)
  kAuthorityBlock,  // who classified, on what ground, until when
  kControlled,      // controlled unclassified information
  kDistribution,    // distribution statement
  kHandling,        // limited distribution, below classification
  kLabel,           // machine-readable
  kCount,
};

enum class PeriodKind : uint8_t {
  kNone,
  kUnstated,   // the marking has a place for a period and leaves it empty; `amount` years hold by law
  kYears,
  kMonths,
  kDays,
  kPermanent,  // 长期, 永久
  kDate,       // until `expires`
  kCondition,  // until something happens
  kCount,
};

// Days since 1970-01-01; none: the earliest that the type holds.
using Day = int32_t;
inline constexpr Day kNoDay = INT32_MIN;

// Up to four letters of a country's or group's code (USA, FVEY), five bits each; 0: none.
using CountryCode = uint32_t;

struct Marking {
  static constexpr size_t kMostCaveats = 12, kMostCountries = 8, kLabelBytes = 16;

  Nation nation = Nation::kNone;
  MarkingKind kind = MarkingKind::kNone;
  uint8_t level = 0;  // rank in the nation's table, 1 the lowest; 0: none stated
  PeriodKind period = PeriodKind::kNone;
  uint16_t amount = 0;           // of kUnstated, kYears, kMonths, kDays
  uint8_t caveat_count = 0;
  uint8_t country_count = 0;
  char32_t condition_begin = 0;  // first character of the condition: the one a record may show
  Day expires = kNoDay;          // stated, or reckoned from the period and a date beside it
  std::array<uint8_t, kMostCaveats> caveats{};          // indices into the nation's table, as they stand
  std::array<CountryCode, kMostCountries> countries{};  // released to, or joint with
  std::array<uint8_t, kLabelBytes> label{};             // of a Microsoft label, as its GUID is written

  bool exists() const { return nation != Nation::kNone; }
};

// What a detector asks of the marking that its hit must be part of.
struct MarkingFilter {
  Nation nation = Nation::kNone;  // kNone: hits need be no marking
  uint8_t least_level = 0;
  uint8_t most_level = UINT8_MAX;
  MarkingKind kind = MarkingKind::kNone;  // kNone: any but kExamination
  bool needs_period = false;              // a period, date or condition must be stated
  uint8_t caveat = kAnyCaveat;            // one that must be among its caveats
  static constexpr uint8_t kAnyCaveat = UINT8_MAX;
};
bool Accepts(const MarkingFilter& filter, const Marking& marking);

// "CN", "NATO", …; "classification", …
std::string_view Name(Nation nation);
std::string_view Name(MarkingKind kind);
std::optional<Nation> NationFromName(std::string_view name);
std::optional<MarkingKind> MarkingKindFromName(std::string_view name);

// The table of a nation's levels, by rank; empty beyond its end and for 0.
std::string_view LevelName(Nation nation, uint8_t level);
std::optional<uint8_t> LevelFromName(Nation nation, std::string_view name);
// The table of a nation's caveats; empty beyond its end.
std::string_view CaveatName(Nation nation, uint8_t caveat);
std::optional<uint8_t> CaveatFromName(Nation nation, std::string_view name);

// Gregorian; kNoDay where there is no such day.
Day DayOf(int year, int month, int day);
// The same day so many months later, or the last of its month.
Day AddMonths(Day day, int months);
struct CivilDate {
  int year, month, day;
};
CivilDate CivilOf(Day day);

}  // namespace sluice::model
