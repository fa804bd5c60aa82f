// From findings to disk, also when the disk is full for a while.
#include "control/incident/incident_recorder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "tests/unit/control/incident/findings.h"

namespace sluice::incident {
namespace {

using testing::FindingOf;
using testing::Make;

bool Within(std::chrono::seconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::unique_ptr<IncidentStore> OpenStore(const testing::Folder& folder) {
  StoreOptions options;
  options.path = folder.File("incidents.db");
  auto store = IncidentStore::Open(options);
  EXPECT_TRUE(store.ok());
  return std::move(*store);
}

TEST(IncidentRecorder, BringsFindingsToDiskAndWhatIsLeftAtTheEnd) {
  const testing::Folder folder("incident_recorder");
  const auto store = OpenStore(folder);
  {
    IncidentRecorder recorder(*store, {});
    recorder.Observe(Make({}), "{}");
    EXPECT_TRUE(Within(std::chrono::seconds(30), [&] { return recorder.counters().incident_commits.load() > 0; }));
    recorder.Observe(Make({}), "{}");
  }
  EXPECT_EQ(store->Get(1)->findings, 2u);
}

TEST(IncidentRecorder, LeavesOtherRecordsAlone) {
  const testing::Folder folder("incident_recorder");
  const auto store = OpenStore(folder);
  {
    IncidentRecorder recorder(*store, {});
    event::Record record;
    event::Reset(record, event::RecordKind::kFlow);
    recorder.Observe(record, "{}");
    EXPECT_EQ(recorder.counters().incident_findings.load(), 0u);
  }
  EXPECT_TRUE(store->List({}, 0, 1)->incidents.empty());
}

TEST(IncidentRecorder, CountsEachFindingThatFindsNoRoom) {
  const testing::Folder folder("incident_recorder");
  const auto store = OpenStore(folder);
  RecorderOptions options;
  options.max_groups = 2;
  options.interval = std::chrono::hours(1);
  IncidentRecorder recorder(*store, options);
  for (uint8_t client = 0; client < 5; ++client) {
    FindingOf finding;
    finding.client = client;
    recorder.Observe(Make(finding), "{}");
  }
  EXPECT_EQ(recorder.counters().incident_findings.load(), 2u);
  EXPECT_EQ(recorder.counters().incident_findings_lost.load(), 3u);
}

// What a full disk does to SQLite, a limit to the size of files does as well.
TEST(IncidentRecorder, KeepsFindingsWhileTheDiskRefusesAndWritesThemAfterwards) {
  const testing::Folder folder("incident_recorder");
  const auto store = OpenStore(folder);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{std::filesystem::file_size(folder.File("incidents.db-wal")), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  IncidentRecorder recorder(*store, {});
  recorder.Observe(Make({}), "{}");
  const bool failed = Within(std::chrono::seconds(30), [&] { return !recorder.Fault().empty(); });
  recorder.Observe(Make({}), "{}");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(failed);
  EXPECT_GT(recorder.counters().incident_commits_failed.load(), 0u);
  EXPECT_TRUE(Within(std::chrono::seconds(30), [&] { return recorder.Fault().empty(); }));
  EXPECT_EQ(store->Get(1)->findings, 2u);
  EXPECT_EQ(store->counters().databases_set_aside.load(), 0u);
}

}  // namespace
}  // namespace sluice::incident
