// Caller: who asks, and what that person may. Over the Unix socket the kernel says who it is.
//
// Thread: value types. Allocates: yes. Failure: a name that is no role reads as nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

enum class Role : uint8_t { kViewer, kAnalyst, kEvidenceReader, kOperator, kAdmin, kCount };
std::string_view Name(Role role);  // "viewer", "analyst", "evidence_reader", "operator", "admin"
std::optional<Role> RoleFromName(std::string_view name);

enum class Permission : uint8_t {
  kAnyone,      // health
  kLook,        // status, statistics, incidents without their samples
  kSample,      // what was found, masked
  kTriage,      // states, assignees, comments, tags
  kQuarantine,  // hold and release
  kPolicy,      // take in policies, put them in force
  kEvidence,    // list evidence, and fetch it sealed as it is
  kAudit,       // read and verify the audit log
  kCount,
};

bool May(Role role, Permission permission);

struct Caller {
  std::string name;
  std::optional<Role> role;  // nothing: known to the system, and to nobody here
};

struct User {
  std::string name;
  Role role = Role::kViewer;
};

// The user whose process is at the other end: root and the daemon's own user are admin, others as the list says.
Caller CallerOf(uint32_t user_id, const std::vector<User>& users);

}  // namespace sluice::api
