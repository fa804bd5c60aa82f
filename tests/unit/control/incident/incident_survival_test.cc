// An incident that was shown to anyone outlives kill -9 at any moment.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>

#include "control/incident/incident_recorder.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::incident {
namespace {

struct Shown {
  IncidentId id;
  uint64_t findings;
};

// Records findings and says on `out` what the store shows, as the API would, until it is killed.
[[noreturn]] void RecordUntilKilled(const std::string& path, int out) {
  StoreOptions options;
  options.path = path;
  auto store = IncidentStore::Open(options);
  if (!store.ok()) _exit(3);
  RecorderOptions often;
  often.interval = std::chrono::milliseconds(1);
  IncidentRecorder recorder(**store, often);
  for (uint64_t n = 0;; ++n) {
    testing::FindingOf finding;
    finding.client = static_cast<uint8_t>(n % 50);
    finding.document = "of process " + std::to_string(getpid()) + (n % 3 == 0 ? " a" : " b");
    finding.reference = n;
    recorder.Observe(testing::Make(finding), "{}");
    if (n % 20 != 0) continue;
    const Result<Page> page = (*store)->List({}, 0, 20);
    if (!page.ok()) _exit(4);
    for (const Incident& incident : page->incidents) {
      const Shown shown{incident.id, incident.findings};
      if (write(out, &shown, sizeof shown) != static_cast<ssize_t>(sizeof shown)) _exit(5);
    }
  }
}

// Runs one process to its violent end; what it showed goes to `shown`.
void RunAndKill(const std::string& path, std::chrono::microseconds life, std::map<IncidentId, uint64_t>& shown) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    RecordUntilKilled(path, ends[1]);
  }
  close(ends[1]);
  // Its life begins with the first thing that it shows.
  Shown one{};
  size_t seen = 0;
  if (read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
    shown[one.id] = std::max(shown[one.id], one.findings);
    ++seen;
  }
  std::thread killer([&] {
    std::this_thread::sleep_for(life);
    kill(child, SIGKILL);
  });
  while (read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
    shown[one.id] = std::max(shown[one.id], one.findings);
    ++seen;
  }
  killer.join();
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the process ended of itself, with code " << WEXITSTATUS(status);
  ASSERT_GT(seen, 0u);
}

TEST(IncidentSurvival, LosesNothingThatWasShownInAHundredKills) {
  const testing::Folder folder("incident_survival");
  const std::string path = folder.File("incidents.db");
  std::mt19937 random(20240229);
  std::map<IncidentId, uint64_t> shown;
  for (int round = 0; round < 100; ++round) {
    ASSERT_NO_FATAL_FAILURE(RunAndKill(path, std::chrono::microseconds(random() % 40'000), shown));
    StoreOptions options;
    options.path = path;
    const auto store = IncidentStore::Open(options);
    ASSERT_TRUE(store.ok()) << store.error().message();
    ASSERT_EQ((*store)->counters().databases_set_aside.load(), 0u);
    for (const auto& [id, findings] : shown) {
      const Result<Incident> incident = (*store)->Get(id);
      ASSERT_TRUE(incident.ok()) << "round " << round << ": incident " << id << " is missing";
      ASSERT_GE(incident->findings, findings) << "round " << round << ": incident " << id;
    }
  }
  EXPECT_GT(shown.size(), 50u);
}

}  // namespace
}  // namespace sluice::incident
