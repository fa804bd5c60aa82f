// Role: what somebody who asks may do, whichever way he comes.
//
// Thread: pure. Allocates: never. Failure: a name that is no role reads as nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::access {

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
  kTokens,      // make, list and revoke tokens
  kCount,
};

bool May(Role role, Permission permission);

}  // namespace sluice::access
