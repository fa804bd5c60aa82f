#include "control/api/caller.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace sluice::api {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Role::kCount)> kRoles = {"viewer", "analyst", "evidence_reader", "operator", "admin"};

// A line for each role, a column for each permission in their order: anyone, look, sample, triage, quarantine, policy, evidence, audit.
// Evidence is a right of its own, that no other role has by the way.
constexpr bool kMay[static_cast<size_t>(Role::kCount)][static_cast<size_t>(Permission::kCount)] = {
    /* viewer          */ {true, true, false, false, false, false, false, false},
    /* analyst         */ {true, true, true, true, false, false, false, false},
    /* evidence_reader */ {true, true, true, false, false, false, true, false},
    /* operator        */ {true, true, true, true, true, true, false, false},
    /* admin           */ {true, true, true, true, true, true, false, true},
};

std::string UserName(uint32_t user_id) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room;
  if (getpwuid_r(user_id, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid-" + std::to_string(user_id);
}

}  // namespace

std::string_view Name(Role role) { return role < Role::kCount ? kRoles[static_cast<size_t>(role)] : "unknown"; }

std::optional<Role> RoleFromName(std::string_view name) {
  for (size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

bool May(Role role, Permission permission) { return kMay[static_cast<size_t>(role)][static_cast<size_t>(permission)]; }

Caller CallerOf(uint32_t user_id, const std::vector<User>& users) {
  Caller caller{UserName(user_id), std::nullopt};
  if (user_id == 0 || user_id == geteuid()) caller.role = Role::kAdmin;
  for (const User& user : users) {
    if (!caller.role && user.name == caller.name) caller.role = user.role;
  }
  return caller;
}

}  // namespace sluice::api
