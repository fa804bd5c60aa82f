#include "rules/marking/describe.h"

#include <cstdio>

#include "rules/text/character.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::PeriodKind;

// UTF-8 (RFC 3629, 3). REQUIRES: of the basic plane, as every condition's first character is.
std::string Utf8(char32_t c) {
  return {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
}

std::string Countries(const Marking& marking) {
  std::string text;
  for (size_t i = 0; i < marking.country_count && i < marking.countries.size(); ++i) {
    std::string code;
    for (model::CountryCode rest = marking.countries[i]; rest != 0; rest >>= 5) code.insert(code.begin(), static_cast<char>('A' + (rest & 31) - 1));
    text += (i == 0 ? " " : ", ") + code;
  }
  return text;
}

bool NamesCountries(std::string_view caveat) {
  return caveat == "REL TO" || caveat == "JOINT" || caveat == "FGI" || caveat == "DISPLAY ONLY" || caveat == "EYES ONLY";
}

std::string PeriodOf(const Marking& marking) {
  const std::string amount = std::to_string(marking.amount);
  switch (marking.period) {
    case PeriodKind::kUnstated: return amount + "年 (unstated)";
    case PeriodKind::kYears: return amount + "年";
    case PeriodKind::kMonths: return amount + "个月";
    case PeriodKind::kDays: return amount + "天";
    case PeriodKind::kPermanent: return "长期";
    default: return {};
  }
}

std::string DateText(model::Day day) {
  if (day == model::kNoDay) return {};
  const model::CivilDate date = model::CivilOf(day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
  return text;
}

std::string Guid(const std::array<uint8_t, Marking::kLabelBytes>& label) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  bool any = false;
  for (size_t i = 0; i < label.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += {kDigits[label[i] >> 4], kDigits[label[i] & 15]};
    any = any || label[i] != 0;
  }
  return any ? text : std::string();
}

}  // namespace

MarkingWords Describe(const Marking& marking) {
  MarkingWords words;
  words.nation = Name(marking.nation);
  words.kind = Name(marking.kind);
  words.level = LevelName(marking.nation, marking.level);
  bool countries_shown = false;
  for (size_t i = 0; i < marking.caveat_count && i < marking.caveats.size(); ++i) {
    std::string caveat(CaveatName(marking.nation, marking.caveats[i]));
    if (!countries_shown && NamesCountries(caveat)) {
      caveat += Countries(marking);
      countries_shown = true;
    }
    words.caveats.push_back(std::move(caveat));
  }
  words.period = PeriodOf(marking);
  if (marking.period == PeriodKind::kCondition) words.condition = (text::IsPlainPrintable(marking.condition_begin) && marking.condition_begin >= 0x800 ? Utf8(marking.condition_begin) : "") + "****";
  words.expires = DateText(marking.expires);
  words.label = Guid(marking.label);
  return words;
}

std::string InOneLine(const Marking& marking) {
  if (!marking.exists()) return {};
  const MarkingWords words = Describe(marking);
  std::string text = words.nation;
  const auto add = [&text](const char* before, const std::string& word) {
    if (!word.empty()) text += before + word;
  };
  add(" ", words.level.empty() ? words.kind : words.level);
  for (const std::string& caveat : words.caveats) add(" ", caveat);
  add(", ", words.period);
  add(", until ", words.expires);
  return text;
}

}  // namespace sluice::marking
