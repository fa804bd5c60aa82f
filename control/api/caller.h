// Caller: who asks, and what that person may. Over the Unix socket the kernel says who it is, over TLS the gate (control/access).
//
// Thread: value types. Allocates: yes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/access/role.h"

namespace sluice::api {

using access::May;
using access::Name;
using access::Permission;
using access::Role;
using access::RoleFromName;

struct Caller {
  std::string name;
  std::optional<Role> role;  // nothing: known to the system, and to nobody here
  std::string by = {};       // what showed it: "token backup", "certificate cn:li"; empty: the kernel said it
};

struct User {
  std::string name;
  Role role = Role::kViewer;
};

// The user whose process is at the other end: root and the daemon's own user are admin, others as the list says.
Caller CallerOf(uint32_t user_id, const std::vector<User>& users);

}  // namespace sluice::api
