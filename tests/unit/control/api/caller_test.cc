#include "control/api/caller.h"

#include <gtest/gtest.h>
#include <pwd.h>

namespace sluice::api {
namespace {

TEST(Caller, IsAdminAsRootAndWhatTheListSaysOtherwise) {
  EXPECT_EQ(CallerOf(0, {}).role, Role::kAdmin);
  const passwd* nobody = getpwnam("nobody");
  if (nobody == nullptr) GTEST_SKIP() << "this system has no user nobody";
  EXPECT_EQ(CallerOf(nobody->pw_uid, {}).role, std::nullopt);
  EXPECT_EQ(CallerOf(nobody->pw_uid, {{"nobody", Role::kAnalyst}}).role, Role::kAnalyst);
  EXPECT_EQ(CallerOf(4123456789u, {{"nobody", Role::kAdmin}}).role, std::nullopt);
}

TEST(Caller, HasRolesWhoseNamesReadBack) {
  for (int i = 0; i < static_cast<int>(Role::kCount); ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(RoleFromName(Name(role)), role);
  }
  EXPECT_EQ(RoleFromName("root"), std::nullopt);
}

TEST(Caller, LeavesTheAuditLogToTheAdmin) {
  for (const Role role : {Role::kViewer, Role::kAnalyst, Role::kEvidenceReader, Role::kOperator}) EXPECT_FALSE(May(role, Permission::kAudit));
  EXPECT_TRUE(May(Role::kAdmin, Permission::kAudit));
  EXPECT_FALSE(May(Role::kViewer, Permission::kSample));
  EXPECT_FALSE(May(Role::kEvidenceReader, Permission::kTriage));
  EXPECT_FALSE(May(Role::kAnalyst, Permission::kQuarantine));
}

TEST(Caller, LeavesEvidenceToItsReadersAlone) {
  for (int i = 0; i < static_cast<int>(Role::kCount); ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(May(role, Permission::kEvidence), role == Role::kEvidenceReader) << Name(role);
  }
}

}  // namespace
}  // namespace sluice::api
