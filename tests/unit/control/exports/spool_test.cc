// What waits outlives everything but a full spool, and a full spool counts.
#include "control/exports/spool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/unit/control/incident/findings.h"

namespace sluice::exports {
namespace {

using Folder = incident::testing::Folder;
using Lines = std::vector<std::shared_ptr<const std::string>>;

Lines Texts(const std::vector<std::string>& texts) {
  Lines lines;
  for (const std::string& text : texts) lines.push_back(std::make_shared<const std::string>(text));
  return lines;
}

std::unique_ptr<Spool> OpenSpool(const Folder& folder, uint64_t max_bytes = 1 << 20, WhenFull when_full = WhenFull::kDropOldest) {
  auto spool = Spool::Open({folder.File("siem.db"), max_bytes, when_full});
  EXPECT_TRUE(spool.ok());
  return std::move(*spool);
}

std::string Waiting(Spool& spool) {
  std::string out;
  const auto records = spool.Front(1000, 1 << 20);
  EXPECT_TRUE(records.ok());
  for (const WaitingRecord& record : *records) out += std::to_string(record.number) + "=" + record.line + " ";
  return out;
}

TEST(Spool, GivesRecordsInOrderUntilTheyAreReleased) {
  const Folder folder("spool");
  const auto spool = OpenSpool(folder);
  ASSERT_TRUE(spool->Append(Texts({"a", "b", "c"}), 0));
  EXPECT_EQ(spool->waiting(), 3u);
  EXPECT_EQ(spool->Front(2, 1000)->size(), 2u);
  ASSERT_TRUE(spool->Release(2));
  EXPECT_EQ(Waiting(*spool), "3=c ");
  EXPECT_EQ(spool->waiting_bytes(), 1u);
}

TEST(Spool, NeverGivesANumberTwice) {
  const Folder folder("spool");
  std::string id;
  {
    const auto spool = OpenSpool(folder);
    ASSERT_TRUE(spool->Append(Texts({"a", "b"}), 0));
    ASSERT_TRUE(spool->Release(2));
    id = spool->IdOf(2);
  }
  const auto spool = OpenSpool(folder);
  EXPECT_EQ(spool->IdOf(2), id) << "the first part of ids stays with the spool";
  ASSERT_TRUE(spool->Append(Texts({"c"}), 0));
  EXPECT_EQ(Waiting(*spool), "3=c ");
}

TEST(Spool, LeavesAGapForRecordsThatWereLostOnTheirWay) {
  const Folder folder("spool");
  const auto spool = OpenSpool(folder);
  ASSERT_TRUE(spool->Append(Texts({"a"}), 5));
  ASSERT_TRUE(spool->Append(Texts({"b"}), 0));
  ASSERT_TRUE(spool->Append({}, 1));
  ASSERT_TRUE(spool->Append(Texts({"c"}), 0));
  EXPECT_EQ(Waiting(*spool), "1=a 7=b 9=c ");
}

TEST(Spool, DropsTheOldestWhenFull) {
  const Folder folder("spool");
  const auto spool = OpenSpool(folder, 4);
  ASSERT_TRUE(spool->Append(Texts({"a", "b", "c"}), 0));
  ASSERT_TRUE(spool->Append(Texts({"dd", "e"}), 0));
  EXPECT_EQ(Waiting(*spool), "3=c 4=dd 5=e ");
  EXPECT_EQ(spool->dropped(), 2u);
  EXPECT_EQ(spool->waiting_bytes(), 4u);
}

TEST(Spool, KeepsOnlyTheEndOfABatchThatIsTooLargeByItself) {
  const Folder folder("spool");
  const auto spool = OpenSpool(folder, 2);
  ASSERT_TRUE(spool->Append(Texts({"a", "b", "c", "d"}), 0));
  EXPECT_EQ(Waiting(*spool), "3=c 4=d ");
  EXPECT_EQ(spool->dropped(), 2u);
}

TEST(Spool, DropsTheNewestWhereThatIsThePolicyAndLeavesAGap) {
  const Folder folder("spool");
  const auto spool = OpenSpool(folder, 2, WhenFull::kDropNewest);
  ASSERT_TRUE(spool->Append(Texts({"a", "b", "c"}), 0));
  EXPECT_EQ(spool->dropped(), 1u);
  ASSERT_TRUE(spool->Release(1));
  ASSERT_TRUE(spool->Append(Texts({"d"}), 0));
  EXPECT_EQ(Waiting(*spool), "2=b 4=d ");
}

TEST(Spool, SetsACorruptFileAsideAndSaysSo) {
  const Folder folder("spool");
  std::ofstream(folder.File("siem.db")) << std::string(8192, 'x');
  const auto spool = OpenSpool(folder);
  ASSERT_EQ(spool->Alarms().size(), 1u);
  ASSERT_TRUE(spool->Append(Texts({"a"}), 0));
  EXPECT_EQ(Waiting(*spool), "1=a ");
}

// Each round a process appends until it is killed; what it was told is kept must be there, in order and without gaps.
TEST(Spool, KeepsWhatWasAppendedThroughKillNine) {
  const Folder folder("spool");
  for (int round = 0; round < 20; ++round) {
    int told[2];
    ASSERT_EQ(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(told[0]);
      const auto spool = Spool::Open({folder.File("siem.db"), 1 << 20, WhenFull::kDropOldest});
      if (!spool) _exit(1);
      while ((*spool)->Append(Texts({"one", "two"}), 0).ok() && write(told[1], ".", 1) == 1) {}
      _exit(1);
    }
    close(told[1]);
    uint64_t acknowledged = 0;
    char dot[64];
    for (int reads = 0; reads <= round % 4; ++reads) acknowledged += static_cast<uint64_t>(std::max<ssize_t>(read(told[0], dot, sizeof dot), 0));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    for (ssize_t count = 0; (count = read(told[0], dot, sizeof dot)) > 0;) acknowledged += static_cast<uint64_t>(count);
    close(told[0]);
    const auto spool = OpenSpool(folder);
    const auto records = spool->Front(100000, 1 << 20);
    ASSERT_TRUE(records.ok());
    EXPECT_GE(records->size(), 2 * acknowledged);
    EXPECT_EQ(records->size() % 2, 0u) << "a batch is there whole or not at all";
    for (size_t i = 1; i < records->size(); ++i) EXPECT_EQ((*records)[i].number, (*records)[i - 1].number + 1);
    if (!records->empty()) {
      ASSERT_TRUE(spool->Release(records->back().number));
    }
  }
}

}  // namespace
}  // namespace sluice::exports
