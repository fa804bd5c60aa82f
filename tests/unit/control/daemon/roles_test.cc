// The configuration's words for roles are the API's names of them.
#include <gtest/gtest.h>

#include <sstream>

#include "control/access/gate.h"
#include "control/api/caller.h"
#include "control/config/schema.h"

namespace sluice::daemon {
namespace {

TEST(Roles, AreTheSameInTheConfigurationAndTheApi) {
  std::istringstream words{std::string(config::FindKey(config::Section::kUser, "role").words)};
  int count = 0;
  for (std::string word; std::getline(words, word, '|'); ++count) EXPECT_TRUE(api::RoleFromName(word).has_value()) << word;
  EXPECT_EQ(count, static_cast<int>(api::Role::kCount));
}

TEST(Roles, AreTheSameForClientsWithCertificates) {
  EXPECT_EQ(config::FindKey(config::Section::kApiClient, "role").words, config::FindKey(config::Section::kUser, "role").words);
}

TEST(Demands, AreTheSameInTheConfigurationAndAtTheGate) {
  std::istringstream words{std::string(config::FindKey(config::Section::kApi, "authentication").words)};
  int count = 0;
  for (std::string word; std::getline(words, word, '|'); ++count) EXPECT_TRUE(access::DemandFromName(word).has_value()) << word;
  EXPECT_EQ(count, static_cast<int>(access::Demand::kCount));
}

}  // namespace
}  // namespace sluice::daemon
