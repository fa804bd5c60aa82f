// `sluicec fingerprint` as a user has it: what it registers, what it leaves out and why, and that an old set stays in force.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/places.h"
#include "tests/unit/rules/fingerprint/fixture.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using test::EnglishText;

struct Finished {
  int code = 0;
  std::string output;
};

class Fingerprint : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("sluice-fingerprint-" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "docs");
    ASSERT_EQ(Run("new-key k").code, 0);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Finished Run(const std::string& arguments, const std::string& command = "fingerprint", const std::string& as = "") {
    const std::string line = "cd " + folder_.string() + " && " + as + places::ProgramsFolder() + "/sluicec " + command + " " + arguments + " 2>&1";
    std::FILE* pipe = ::popen(line.c_str(), "r");
    Finished finished;
    std::array<char, 4096> buffer{};
    for (size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe); n > 0; n = std::fread(buffer.data(), 1, buffer.size(), pipe)) finished.output.append(buffer.data(), n);
    finished.code = WEXITSTATUS(::pclose(pipe));
    return finished;
  }
  Finished RunAsNobody(const std::string& arguments) { return Run(arguments, "fingerprint", "setpriv --reuid 65534 --regid 65534 --clear-groups "); }
  void Write(const std::string& name, const std::string& content) { std::ofstream(folder_ / name, std::ios::binary) << content; }
  bool Says(const Finished& finished, const std::string& text) const { return finished.output.find(text) != std::string::npos; }

  fs::path folder_;
};

TEST_F(Fingerprint, NamesWhatItLeavesOut) {
  Write("docs/good.txt", EnglishText(5000, 1));
  Write("docs/empty.txt", "");
  Write("docs/tiny.txt", "short");
  ASSERT_EQ(::mkfifo((folder_ / "docs/pipe").c_str(), 0600), 0);
  fs::create_directory_symlink(folder_ / "docs", folder_ / "docs/loop");
  { std::ofstream(folder_ / "docs/sparse"); }
  fs::resize_file(folder_ / "docs/sparse", uintmax_t{100} << 30);
  const Finished made = Run("docs docs/pipe docs/absent -o s.sls --key k");
  EXPECT_EQ(made.code, 0) << made.output;
  for (const char* reason : {"1 file is empty", "1 file is too short to be known by", "is no file", "cannot be read: No such file", "1 file is larger than --largest allows"}) EXPECT_TRUE(Says(made, reason)) << reason << "\n" << made.output;
  EXPECT_TRUE(Says(made, "1 document,")) << made.output;
}

TEST_F(Fingerprint, NamesLinksThatLeadToThemselves) {
  Write("docs/good.txt", EnglishText(5000, 1));
  fs::create_symlink("self", folder_ / "docs/self");
  fs::create_directory_symlink("..", folder_ / "docs/above");
  const Finished made = Run("docs docs/self -o s.sls --key k");
  EXPECT_TRUE(Says(made, "1 file cannot be read: Too many levels of symbolic links\n  docs/self")) << made.output;
  EXPECT_TRUE(Says(made, "1 document,")) << made.output;
}

TEST_F(Fingerprint, NamesWhatItMayNotRead) {
  Write("docs/good.txt", EnglishText(5000, 1));
  Write("docs/closed.txt", EnglishText(5000, 2));
  fs::permissions(folder_ / "docs/closed.txt", fs::perms::none);
  if (::geteuid() == 0) {
    // The system refuses nothing to root.
    constexpr uid_t kNobody = 65534;
    for (const char* name : {"", "k", "docs", "docs/good.txt"}) ASSERT_EQ(::chown((folder_ / name).c_str(), kNobody, kNobody), 0);
    if (::access("/usr/bin/setpriv", X_OK) != 0) GTEST_SKIP() << "root may read everything, and setpriv is not there to be somebody else";
  }
  const Finished made = ::geteuid() == 0 ? RunAsNobody("docs -o s.sls --key k") : Run("docs -o s.sls --key k");
  if (made.code == 126 || made.code == 127) GTEST_SKIP() << "sluicec lies where only root may run it: " << made.output;
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_TRUE(Says(made, "1 file cannot be read: Permission denied\n  docs/closed.txt")) << made.output;
  EXPECT_TRUE(Says(made, "1 document,")) << made.output;
}

TEST_F(Fingerprint, LeavesOutWhatChangesWhileItIsRead) {
  Write("docs/good.txt", EnglishText(5000, 1));
  Write("docs/growing.log", EnglishText(size_t{16} << 20, 2));
  std::atomic<bool> over{false};
  std::thread writer([&] {
    std::ofstream log(folder_ / "docs/growing.log", std::ios::app);
    for (; !over; std::this_thread::sleep_for(std::chrono::milliseconds(1))) log << "one line more" << std::endl;
  });
  const Finished made = Run("docs -o s.sls --key k");
  over = true;
  writer.join();
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_TRUE(Says(made, "1 file changed while it was read\n  docs/growing.log")) << made.output;
  EXPECT_TRUE(Says(made, "1 document,")) << made.output;
}

TEST_F(Fingerprint, RefusesADamagedSetAndLeavesItAsItWas) {
  Write("docs/a.txt", EnglishText(5000, 1));
  ASSERT_EQ(Run("docs -o s.sls --key k").code, 0);
  std::fstream set(folder_ / "s.sls", std::ios::in | std::ios::out | std::ios::binary);
  set.seekp(1200);
  set << "damage";
  set.close();
  const Finished again = Run("docs -o s.sls --key k");
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(Says(again, "the signature set is damaged")) << again.output;
  for (const char* command : {"inspect s.sls --key k", "merge s.sls s.sls -o both.sls --key k", "remove s.sls docs/a.txt --key k", "diff s.sls s.sls --key k"}) {
    const Finished refused = Run(command);
    EXPECT_NE(refused.code, 0) << command;
    EXPECT_TRUE(Says(refused, "the signature set is damaged")) << command << "\n" << refused.output;
  }
  EXPECT_FALSE(fs::exists(folder_ / "both.sls"));
}

TEST_F(Fingerprint, ReadsOnlyWhatChanged) {
  Write("docs/a.txt", EnglishText(5000, 1));
  Write("docs/b.txt", EnglishText(5000, 2));
  ASSERT_EQ(Run("docs -o s.sls --key k").code, 0);
  Write("docs/b.txt", EnglishText(6000, 3));
  Write("docs/c.txt", EnglishText(5000, 4));
  const Finished again = Run("docs -o s.sls --key k");
  EXPECT_TRUE(Says(again, "1 file unchanged")) << again.output;
  EXPECT_TRUE(Says(again, "3 documents")) << again.output;
  EXPECT_FALSE(fs::exists(folder_ / "s.sls.journal"));
}

TEST_F(Fingerprint, MergesRemovesAndCompares) {
  Write("docs/a.txt", EnglishText(5000, 1));
  Write("b.txt", EnglishText(5000, 2));
  ASSERT_EQ(Run("docs -o a.sls --key k").code, 0);
  ASSERT_EQ(Run("b.txt -o b.sls --key k").code, 0);
  ASSERT_EQ(Run("merge a.sls b.sls -o both.sls --key k").code, 0);
  const Finished diff = Run("diff a.sls both.sls --key k");
  EXPECT_EQ(diff.code, 1);
  EXPECT_TRUE(Says(diff, "+ b.txt")) << diff.output;
  ASSERT_EQ(Run("remove both.sls b.txt --key k").code, 0);
  EXPECT_EQ(Run("diff a.sls both.sls --key k").code, 0);
  EXPECT_EQ(Run("remove both.sls b.txt --key k").code, 1);
  EXPECT_TRUE(Says(Run("inspect a.sls --documents --key k"), "docs/a.txt"));
}

TEST_F(Fingerprint, RefusesAWrongKeyAndKeepsTheOldSet) {
  Write("docs/a.txt", EnglishText(5000, 1));
  ASSERT_EQ(Run("docs -o s.sls --key k").code, 0);
  const auto before = fs::file_size(folder_ / "s.sls");
  ASSERT_EQ(Run("new-key other").code, 0);
  const Finished wrong = Run("docs -o s.sls --key other");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(Says(wrong, "another key")) << wrong.output;
  Write("foreign.sls", std::string(3000, 'x'));
  EXPECT_EQ(Run("inspect foreign.sls --key k").code, 1);
  EXPECT_EQ(Run("docs/absent -o s.sls --key k").code, 1);
  EXPECT_EQ(fs::file_size(folder_ / "s.sls"), before);
}

TEST_F(Fingerprint, LeavesOutWhatIsBenignAndKeepsNoNames) {
  const std::string shared = EnglishText(4000, 9);
  fs::create_directory(folder_ / "harmless");
  Write("harmless/template.txt", shared);
  Write("docs/a.txt", shared + EnglishText(4000, 1));
  const Finished made = Run("docs -o s.sls --key k --benign harmless --no-names");
  EXPECT_FALSE(Says(made, " 0 fingerprints of harmless")) << made.output;
  EXPECT_TRUE(Says(Run("inspect s.sls --documents --key k"), "document 1"));
}

TEST_F(Fingerprint, TakesTablesAndRefusesColumnsThatAreAllAlike) {
  Write("good.csv", "name,phone\nZhang San,13800138000\n\"open,1\nLi Si,13900139000\nx,1,2\n");
  const Finished made = Run("--table good.csv -o t.sls --key k");
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_TRUE(Says(made, "good.csv:3: row left out: a quote does not end")) << made.output;
  EXPECT_TRUE(Says(made, "2 rows of 2 columns, 2 rows left out")) << made.output;
  Write("alike.csv", "name,country\nZhang San,China\nLi Si,China\n");
  const Finished alike = Run("--table alike.csv -o t.sls --key k");
  EXPECT_EQ(alike.code, 1);
  EXPECT_TRUE(Says(alike, "'country' are alike")) << alike.output;
}

TEST_F(Fingerprint, FilesAtRestAreComparedToo) {
  Write("docs/a.txt", EnglishText(5000, 1));
  ASSERT_EQ(Run("docs -o designs.sls --key k").code, 0);
  Write("p.yaml", "pack: {id: t, title: T}\ndetectors:\n  d: {signature: {set: designs}}\nrules:\n  - {id: a.b, title: t, detect: d}\n");
  ASSERT_EQ(Run("p.yaml -o p.slb", "compile").code, 0);
  Write("leak.txt", "see: " + EnglishText(5000, 1).substr(1000, 800));
  Write("other.txt", EnglishText(5000, 30));
  const Finished scanned = Run("--policy p.slb --signatures designs.sls --signature-key k leak.txt other.txt", "scan");
  EXPECT_TRUE(Says(scanned, "\"name\":\"docs/a.txt\"")) << scanned.output;
  EXPECT_FALSE(Says(scanned, "other.txt")) << scanned.output;
  EXPECT_EQ(Run("--policy p.slb leak.txt", "scan").code, 1);
}

}  // namespace
}  // namespace sluice::cli
