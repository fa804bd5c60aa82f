#include "control/access/role.h"

#include <array>

namespace sluice::access {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Role::kCount)> kRoles = {"viewer", "analyst", "evidence_reader", "operator", "admin"};

// A line for each role, a column for each permission in their order: anyone, look, sample, triage, quarantine, policy, evidence, audit,
// tokens. Evidence is a right of its own, that no other role has by the way.
constexpr bool kMay[static_cast<size_t>(Role::kCount)][static_cast<size_t>(Permission::kCount)] = {
    /* viewer          */ {true, true, false, false, false, false, false, false, false},
    /* analyst         */ {true, true, true, true, false, false, false, false, false},
    /* evidence_reader */ {true, true, true, false, false, false, true, false, false},
    /* operator        */ {true, true, true, true, true, true, false, false, false},
    /* admin           */ {true, true, true, true, true, true, false, true, true},
};

}  // namespace

std::string_view Name(Role role) { return role < Role::kCount ? kRoles[static_cast<size_t>(role)] : "unknown"; }

std::optional<Role> RoleFromName(std::string_view name) {
  for (size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

bool May(Role role, Permission permission) { return kMay[static_cast<size_t>(role)][static_cast<size_t>(permission)]; }

}  // namespace sluice::access
