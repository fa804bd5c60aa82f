#include "control/api/caller.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace sluice::api {
namespace {

std::string UserName(uint32_t user_id) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room;
  if (getpwuid_r(user_id, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid-" + std::to_string(user_id);
}

}  // namespace

Caller CallerOf(uint32_t user_id, const std::vector<User>& users) {
  Caller caller{UserName(user_id), std::nullopt, {}};
  if (user_id == 0 || user_id == geteuid()) caller.role = Role::kAdmin;
  for (const User& user : users) {
    if (!caller.role && user.name == caller.name) caller.role = user.role;
  }
  return caller;
}

}  // namespace sluice::api
