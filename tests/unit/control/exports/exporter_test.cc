// Records reach a receiver that is there, wait for one that is not, and come again to one that does not answer.
#include "control/exports/exporter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/control/exports/receivers.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::exports {
namespace {

using Folder = incident::testing::Folder;
using testing::Received;
using testing::Within;

constexpr std::chrono::seconds kLimit{30};

config::ExportOptions Options() {
  config::ExportOptions options;
  options.name = "siem";
  options.format = "jsonl";
  options.batch = 100;
  return options;
}

std::unique_ptr<Exporter> Make(const Folder& folder, Received& received, uint64_t max_bytes = 1 << 20) {
  auto spool = Spool::Open({folder.File("siem.db"), max_bytes, WhenFull::kDropOldest});
  EXPECT_TRUE(spool.ok());
  return std::make_unique<Exporter>(Options(), std::move(*spool), std::make_unique<testing::Receiver>(received));
}

void TakeSome(Exporter& exporter, int count) {
  for (int i = 0; i < count; ++i) exporter.Take(std::make_shared<const std::string>("{\"event\":\"finding\",\"n\":" + std::to_string(i) + "}"));
}

TEST(Exporter, DeliversInOrderAndForgets) {
  const Folder folder("exporter");
  Received received;
  const auto exporter = Make(folder, received);
  TakeSome(*exporter, 250);
  ASSERT_TRUE(Within(kLimit, [&] { return received.size() == 250; }));
  EXPECT_TRUE(Within(kLimit, [&] { return exporter->Describe().waiting == 0; }));
  EXPECT_EQ(received.messages.front().text.substr(0, 24), "{\"event\":\"finding\",\"n\":0");
  EXPECT_EQ(exporter->Describe().delivered, 250u);
  EXPECT_TRUE(exporter->Alarms().empty());
}

TEST(Exporter, KeepsRecordsForAReceiverThatIsDownAndSaysSo) {
  const Folder folder("exporter");
  Received received;
  received.refuses = true;
  const auto exporter = Make(folder, received);
  TakeSome(*exporter, 10);
  ASSERT_TRUE(Within(kLimit, [&] { return exporter->Describe().failed_attempts > 0; }));
  EXPECT_EQ(exporter->Describe().waiting, 10u);
  ASSERT_EQ(exporter->Alarms().size(), 1u);
  EXPECT_NE(exporter->Alarms().front().find("nobody is there"), std::string::npos);
  received.refuses = false;
  EXPECT_TRUE(Within(kLimit, [&] { return received.size() == 10; }));
  EXPECT_TRUE(Within(kLimit, [&] { return exporter->Alarms().empty(); }));
}

TEST(Exporter, DeliversAfterARestartWhatWaited) {
  const Folder folder("exporter");
  Received received;
  received.refuses = true;
  {
    const auto exporter = Make(folder, received);
    TakeSome(*exporter, 10);
  }
  EXPECT_EQ(received.size(), 0u);
  received.refuses = false;
  const auto exporter = Make(folder, received);
  EXPECT_TRUE(Within(kLimit, [&] { return received.size() == 10; }));
}

TEST(Exporter, SendsAgainWithTheSameIdsWhatWasNotConfirmed) {
  const Folder folder("exporter");
  Received received;
  received.takes_and_fails = true;
  const auto exporter = Make(folder, received);
  TakeSome(*exporter, 3);
  ASSERT_TRUE(Within(kLimit, [&] { return received.size() >= 6; }));
  received.takes_and_fails = false;
  ASSERT_TRUE(Within(kLimit, [&] { return exporter->Describe().waiting == 0; }));
  std::vector<std::string> ids = received.Ids();
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), 3u);
}

TEST(Exporter, CountsWhatItsSpoolDropped) {
  const Folder folder("exporter");
  Received received;
  received.refuses = true;
  const auto exporter = Make(folder, received, 100);
  TakeSome(*exporter, 50);
  ASSERT_TRUE(Within(kLimit, [&] { return exporter->Describe().dropped > 0; }));
  // For a moment, what has just been written is counted where it was and where it is.
  EXPECT_TRUE(Within(kLimit, [&] {
    const ExporterStatus status = exporter->Describe();
    return status.dropped + status.waiting == 50;
  }));
}

TEST(Exporter, PassesOverWhatItCannotReadAndCountsIt) {
  const Folder folder("exporter");
  Received received;
  const auto exporter = Make(folder, received);
  exporter->Take(std::make_shared<const std::string>("no record"));
  TakeSome(*exporter, 1);
  EXPECT_TRUE(Within(kLimit, [&] { return received.size() == 1; }));
  EXPECT_EQ(exporter->Describe().unreadable, 1u);
}

TEST(PauseAfter, DoublesUpToAMinuteAndVaries) {
  EXPECT_EQ(PauseAfter(1, 0).count(), 250);
  EXPECT_EQ(PauseAfter(2, 0).count(), 500);
  EXPECT_EQ(PauseAfter(2, 500).count(), 1000);
  EXPECT_EQ(PauseAfter(100, 0).count(), 30'000);
  for (uint32_t chance = 0; chance < 100'000; chance += 997) {
    EXPECT_GE(PauseAfter(50, chance).count(), 30'000);
    EXPECT_LE(PauseAfter(50, chance).count(), 60'000);
  }
}

}  // namespace
}  // namespace sluice::exports
