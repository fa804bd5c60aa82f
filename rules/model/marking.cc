#include "rules/model/marking.h"

#include <algorithm>
#include <initializer_list>
#include <span>

namespace sluice::model {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kNations[] = {"", "CN", "TW", "US", "NATO", "UK", "EU", "FR", "RU", "JP", "KR", "AU", "TLP", "MIP"};
constexpr std::string_view kKinds[] = {"", "classification", "work-secret", "commercial-secret", "examination", "portion", "authority-block",
                                       "controlled", "distribution", "handling", "label"};
static_assert(std::size(kNations) == static_cast<size_t>(Nation::kCount) && std::size(kKinds) == static_cast<size_t>(MarkingKind::kCount));

// Levels, the lowest first.
constexpr std::string_view kCnLevels[] = {"内部", "普通商密", "核心商密", "秘密", "机密", "绝密"};
constexpr std::string_view kTwLevels[] = {"密", "機密", "極機密", "絕對機密"};
constexpr std::string_view kUsLevels[] = {"UNCLASSIFIED", "CUI", "CONFIDENTIAL", "SECRET", "TOP SECRET"};
constexpr std::string_view kNatoLevels[] = {"NATO UNCLASSIFIED", "NATO RESTRICTED", "NATO CONFIDENTIAL", "NATO SECRET", "COSMIC TOP SECRET"};
constexpr std::string_view kUkLevels[] = {"OFFICIAL", "OFFICIAL-SENSITIVE", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"};
constexpr std::string_view kEuLevels[] = {"RESTREINT UE/EU RESTRICTED", "CONFIDENTIEL UE/EU CONFIDENTIAL", "SECRET UE/EU SECRET", "TRÈS SECRET UE/EU TOP SECRET"};
constexpr std::string_view kFrLevels[] = {"DIFFUSION RESTREINTE", "CONFIDENTIEL DÉFENSE", "SECRET", "SECRET DÉFENSE", "TRÈS SECRET", "TRÈS SECRET DÉFENSE"};
constexpr std::string_view kRuLevels[] = {"Для служебного пользования", "Секретно", "Совершенно секретно", "Особой важности"};
constexpr std::string_view kJpLevels[] = {"取扱注意", "社外秘", "部外秘", "機密性1", "機密性2", "機密性3", "秘", "極秘", "防衛秘密", "特別防衛秘密", "特定秘密"};
constexpr std::string_view kKrLevels[] = {"대외비", "Ⅲ급비밀", "Ⅱ급비밀", "Ⅰ급비밀"};
constexpr std::string_view kAuLevels[] = {"UNOFFICIAL", "OFFICIAL", "OFFICIAL:Sensitive", "PROTECTED", "SECRET", "TOP SECRET"};
constexpr std::string_view kTlpLevels[] = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
constexpr std::string_view kMipLevels[] = {"public", "general", "internal", "confidential", "restricted", "highly confidential", "secret"};

// Caveats, as the authority's manual spells them out.
constexpr std::string_view kUsCaveats[] = {
    "SI", "TK", "HCS", "GAMMA", "KDK", "RSV", "BUR", "SAR", "WAIVED", "RD", "FRD", "CNWDI", "SIGMA", "UCNI", "TFNI", "FGI", "JOINT", "ATOMAL", "BOHEMIA", "BALK",
    "RSEN", "FOUO", "ORCON", "ORCON-USGOV", "IMCON", "NOFORN", "PROPIN", "REL TO", "RELIDO", "EYES ONLY", "DSEN", "FISA", "DISPLAY ONLY", "LIMDIS", "EXDIS", "NODIS",
    "SBU", "LES", "SSI", "ACCM",
    // CUI categories (NARA's registry) and its limited dissemination controls.
    "CTI", "EXPT", "NNPI", "DCRIT", "PRVCY", "PROCURE", "PCII", "CVI", "CHRI", "LEI", "OPSEC", "PHYS", "INTEL", "NUC", "HLTH", "TAX", "ISVI", "INV", "ADPO", "FED ONLY",
    "FEDCON", "NOCON", "DL ONLY", "OTHER",
    // Distribution statements (DoDI 5230.24).
    "DISTRIBUTION B", "DISTRIBUTION C", "DISTRIBUTION D", "DISTRIBUTION E", "DISTRIBUTION F"};
constexpr std::string_view kNatoCaveats[] = {"ATOMAL", "BOHEMIA", "BALK"};
constexpr std::string_view kUkCaveats[] = {"COMMERCIAL", "PERSONAL", "LOCSEN", "UK EYES ONLY", "UK/US EYES ONLY", "RECIPIENTS ONLY", "ORGANISATIONAL USE ONLY", "STRAP", "STRAP1", "STRAP2", "STRAP3"};
constexpr std::string_view kFrCaveats[] = {"SPÉCIAL FRANCE"};
constexpr std::string_view kRuCaveats[] = {"Экз. №"};
constexpr std::string_view kJpCaveats[] = {"取扱注意", "複製厳禁", "関係者限り"};
constexpr std::string_view kKrCaveats[] = {"군사"};
constexpr std::string_view kAuCaveats[] = {"AUSTEO", "AGAO", "REL", "CABINET", "NATIONAL-CABINET", "SH", "RI", "FG"};

Words LevelsOf(Nation nation) {
  switch (nation) {
    case Nation::kCn: return kCnLevels;
    case Nation::kTw: return kTwLevels;
    case Nation::kUs: return kUsLevels;
    case Nation::kNato: return kNatoLevels;
    case Nation::kUk: return kUkLevels;
    case Nation::kEu: return kEuLevels;
    case Nation::kFr: return kFrLevels;
    case Nation::kRu: return kRuLevels;
    case Nation::kJp: return kJpLevels;
    case Nation::kKr: return kKrLevels;
    case Nation::kAu: return kAuLevels;
    case Nation::kTlp: return kTlpLevels;
    case Nation::kMip: return kMipLevels;
    default: return {};
  }
}

Words CaveatsOf(Nation nation) {
  switch (nation) {
    case Nation::kUs: return kUsCaveats;
    case Nation::kNato: return kNatoCaveats;
    case Nation::kUk: return kUkCaveats;
    case Nation::kFr: return kFrCaveats;
    case Nation::kRu: return kRuCaveats;
    case Nation::kJp: return kJpCaveats;
    case Nation::kKr: return kKrCaveats;
    case Nation::kAu: return kAuCaveats;
    default: return {};
  }
}

std::optional<uint8_t> IndexOf(Words words, std::string_view name) {
  const auto it = std::find(words.begin(), words.end(), name);
  if (name.empty() || it == words.end()) return std::nullopt;
  return static_cast<uint8_t>(it - words.begin());
}

std::string_view At(Words words, size_t i) { return i < words.size() ? words[i] : std::string_view(); }

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
int DaysIn(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// From the first of March of year 0, so that a leap day ends its year.
constexpr int kDaysIn400Years = 146097;
constexpr int kEpoch = 719468;  // 1970-01-01

}  // namespace

bool Accepts(const MarkingFilter& filter, const Marking& marking) {
  const bool kind_fits = filter.kind == MarkingKind::kNone ? marking.kind != MarkingKind::kExamination : marking.kind == filter.kind;
  if (filter.needs_period && (marking.period == PeriodKind::kNone || marking.period == PeriodKind::kUnstated)) return false;
  const auto caveats_end = marking.caveats.begin() + marking.caveat_count;
  if (filter.caveat != MarkingFilter::kAnyCaveat && std::find(marking.caveats.begin(), caveats_end, filter.caveat) == caveats_end) return false;
  return kind_fits && marking.nation == filter.nation && marking.level >= filter.least_level && marking.level <= filter.most_level;
}

std::string_view Name(Nation nation) { return At(kNations, static_cast<size_t>(nation)); }
std::string_view Name(MarkingKind kind) { return At(kKinds, static_cast<size_t>(kind)); }

std::optional<Nation> NationFromName(std::string_view name) {
  const std::optional<uint8_t> i = IndexOf(kNations, name);
  return i ? std::optional(static_cast<Nation>(*i)) : std::nullopt;
}

std::optional<MarkingKind> MarkingKindFromName(std::string_view name) {
  const std::optional<uint8_t> i = IndexOf(kKinds, name);
  return i ? std::optional(static_cast<MarkingKind>(*i)) : std::nullopt;
}

std::string_view LevelName(Nation nation, uint8_t level) { return level == 0 ? std::string_view() : At(LevelsOf(nation), level - size_t{1}); }

std::optional<uint8_t> LevelFromName(Nation nation, std::string_view name) {
  const std::optional<uint8_t> i = IndexOf(LevelsOf(nation), name);
  return i ? std::optional(static_cast<uint8_t>(*i + 1)) : std::nullopt;
}

std::string_view CaveatName(Nation nation, uint8_t caveat) { return At(CaveatsOf(nation), caveat); }
std::optional<uint8_t> CaveatFromName(Nation nation, std::string_view name) { return IndexOf(CaveatsOf(nation), name); }

Day DayOf(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month)) return kNoDay;
  const int shifted = month <= 2 ? year - 1 : year;
  const int era = shifted / 400, in_era = shifted % 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * kDaysIn400Years + in_era * 365 + in_era / 4 - in_era / 100 + day_of_year - kEpoch;
}

CivilDate CivilOf(Day day) {
  const int z = day + kEpoch;
  const int era = (z >= 0 ? z : z - kDaysIn400Years + 1) / kDaysIn400Years;
  const int in_era = z - era * kDaysIn400Years;
  const int year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  const int day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

Day AddMonths(Day day, int months) {
  const CivilDate date = CivilOf(day);
  const int month = date.month - 1 + months;
  const int year = date.year + month / 12;
  if (year > 9999) return kNoDay;
  return DayOf(year, month % 12 + 1, std::min(date.day, DaysIn(year, month % 12 + 1)));
}

}  // namespace sluice::model
