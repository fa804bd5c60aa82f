#include "control/access/client_list.h"

#include <gtest/gtest.h>

namespace sluice::access {
namespace {

const ClientList& List() {
  static const ClientList kList({{"cn:li", "li", Role::kAnalyst},
                                 {"dns:SOC.example.org", "soc", Role::kOperator},
                                 {"email:wang@example.org", "wang", Role::kAdmin},
                                 {"uri:spiffe://example.org/export", "export", Role::kViewer}});
  return kList;
}

TEST(ClientList, FindsWhomACertificateNames) {
  EXPECT_EQ(List().Find({{"li"}, {}})->user, "li");
  EXPECT_EQ(List().Find({{"x"}, {"dns:soc.example.org"}})->user, "soc");
  EXPECT_EQ(List().Find({{}, {"email:wang@example.org"}})->role, Role::kAdmin);
  EXPECT_EQ(List().Find({{}, {"uri:spiffe://example.org/export"}})->name, "uri:spiffe://example.org/export");
}

TEST(ClientList, TakesNoNameForOneOfAnotherKind) {
  EXPECT_FALSE(List().Find({{"wang@example.org"}, {}}).has_value());
  EXPECT_FALSE(List().Find({{}, {"dns:li"}}).has_value());
  EXPECT_FALSE(List().Find({{"email:wang@example.org"}, {"email:li"}}).has_value());
  EXPECT_FALSE(List().Find({{}, {"cn:li"}}).has_value());
}

TEST(ClientList, TakesNoNameForOneThatItBeginsWith) {
  EXPECT_FALSE(List().Find({{"li2"}, {}}).has_value());
  EXPECT_FALSE(List().Find({{std::string("li\0.evil", 8)}, {}}).has_value());
  EXPECT_FALSE(List().Find({{"l"}, {}}).has_value());
  EXPECT_FALSE(List().Find({{"LI"}, {}}).has_value());
}

TEST(ClientList, TakesTheFirstEntryOfSeveralThatFit) {
  const ClientList list({{"cn:li", "first", Role::kViewer}, {"email:li@x", "second", Role::kAdmin}});
  EXPECT_EQ(list.Find({{"li"}, {"email:li@x"}})->user, "first");
}

}  // namespace
}  // namespace sluice::access
