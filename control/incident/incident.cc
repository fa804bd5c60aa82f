#include "control/incident/incident.h"

#include <array>

namespace sluice::incident {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(State::kCount)> kStates = {"new", "in_review", "confirmed", "false_alarm", "closed"};

}  // namespace

std::string_view Name(State state) { return state < State::kCount ? kStates[static_cast<size_t>(state)] : "unknown"; }

std::optional<State> StateFromName(std::string_view name) {
  for (size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == name) return static_cast<State>(i);
  }
  return std::nullopt;
}

}  // namespace sluice::incident
