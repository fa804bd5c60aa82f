#include "rules/model/words.h"

#include "rules/model/pattern.h"

namespace sluice::model {
namespace {

template <typename E>
using Names = std::array<std::string_view, static_cast<size_t>(E::kCount)>;

constexpr Names<Severity> kSeverities = {"info", "low", "medium", "high", "critical"};
constexpr Names<Action> kActions = {"allow", "alert", "block", "quarantine"};
constexpr Names<Direction> kDirections = {"upload", "download", "both"};
constexpr Names<FailCause> kFailCauses = {"flow_table_full",           "reassembly_limit",  "scanner_error", "overload",
                                          "unverified_retransmission", "ambiguous_framing", "uninspectable"};
constexpr Names<CostClass> kCostClasses = {"literals", "expressions", "numbers", "anchored"};
constexpr Names<FailMode> kFailModes = {"open", "closed"};

template <typename E, size_t N>
std::string_view NameIn(const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<size_t>(value);
  return i < names.size() ? names[i] : "?";
}

template <typename E, size_t N>
std::optional<E> FromName(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view Name(Severity value) { return NameIn(kSeverities, value); }
std::string_view Name(Action value) { return NameIn(kActions, value); }
std::string_view Name(Direction value) { return NameIn(kDirections, value); }
std::string_view Name(FailCause value) { return NameIn(kFailCauses, value); }
std::string_view Name(CostClass value) { return NameIn(kCostClasses, value); }
std::string_view Name(FailMode value) { return NameIn(kFailModes, value); }

std::optional<Severity> SeverityFromName(std::string_view name) { return FromName<Severity>(kSeverities, name); }
std::optional<Action> ActionFromName(std::string_view name) { return FromName<Action>(kActions, name); }
std::optional<Direction> DirectionFromName(std::string_view name) { return FromName<Direction>(kDirections, name); }
std::optional<FailCause> FailCauseFromName(std::string_view name) { return FromName<FailCause>(kFailCauses, name); }
std::optional<FailMode> FailModeFromName(std::string_view name) { return FromName<FailMode>(kFailModes, name); }

FailMode DefaultFailMode(FailCause cause) {
  return cause == FailCause::kUninspectable ? FailMode::kOpen : FailMode::kClosed;
}

}  // namespace sluice::model
