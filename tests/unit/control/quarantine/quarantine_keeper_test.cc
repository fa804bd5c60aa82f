// Quarantines that rules make.
#include "control/quarantine/quarantine_keeper.h"

#include <gtest/gtest.h>

#include "tests/unit/control/incident/findings.h"

namespace sluice::quarantine {
namespace {

TEST(QuarantineKeeper, HoldsBackAClientsWayWhereARuleSaysSo) {
  const incident::testing::Folder folder("quarantine_keeper");
  const auto book = QuarantineBook::Open(folder.File("quarantine.db")).value();
  ASSERT_TRUE(book->Begin(1, Timestamp()).ok());
  QuarantineKeeper keeper(*book, std::chrono::minutes(5));
  event::Record blocked = incident::testing::Make({}), held = blocked;
  held.body.finding.verdict = verdict::Verdict::kQuarantine;
  keeper.Observe(blocked, "");
  keeper.Observe(held, "");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (book->List().empty() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ASSERT_EQ(book->List().size(), 1u);
  const Quarantine made = book->List()[0];
  EXPECT_EQ(made.subject.kind, QuarantineKind::kPair);
  EXPECT_EQ(packet::Format(made.subject.source), "10.0.0.1");
  EXPECT_EQ(made.author, "rule cn.secret");
  ASSERT_TRUE(made.until.has_value());
  EXPECT_EQ(*made.until - made.begun, std::chrono::minutes(5));
}

}  // namespace
}  // namespace sluice::quarantine
