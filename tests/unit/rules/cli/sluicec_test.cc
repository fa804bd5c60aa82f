// The program itself: what it prints, what it writes, and its exit codes.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rules/bundle/digest.h"
#include "rules/bundle/format.h"
#include "tests/support/places.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

struct Finished {
  int code = -1;
  std::string output;  // both streams
};

constexpr char kPack[] = R"(pack: {id: acme, title: Acme}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
rules:
  - id: acme.bluebird
    title: A document of Project Bluebird
    action: block
    detect: {literals: [Project Bluebird]}
    match: [the plans of Project Bluebird]
    no_match: [a bluebird]
)";

class Sluicec : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("sluicec-" + std::to_string(getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    Write("pack.yaml", kPack);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // In the test's own folder.
  Finished Run(const std::string& arguments) const {
    Finished finished;
    const std::string command = "cd '" + folder_.string() + "' && { '" + places::ProgramsFolder() + "/sluicec' " + arguments + "; } 2>&1 </dev/null";
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return finished;
    std::array<char, 4096> buffer;
    for (size_t n = fread(buffer.data(), 1, buffer.size(), pipe); n > 0; n = fread(buffer.data(), 1, buffer.size(), pipe)) {
      finished.output.append(buffer.data(), n);
    }
    const int status = pclose(pipe);
    finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return finished;
  }
  void ExpectRun(int code, const std::string& arguments, const std::string& said) const {
    const Finished finished = Run(arguments);
    EXPECT_EQ(finished.code, code) << arguments << "\n" << finished.output;
    EXPECT_NE(finished.output.find(said), std::string::npos) << arguments << "\n" << finished.output;
  }

  fs::path folder_;
};

TEST_F(Sluicec, SaysBadUsageWithTwo) {
  EXPECT_EQ(Run("").code, 2);
  EXPECT_EQ(Run("frobnicate").code, 2);
  EXPECT_EQ(Run("verify pack.yaml").code, 2);
  EXPECT_EQ(Run("compile pack.yaml").code, 2);
}

TEST_F(Sluicec, SignsAndVerifies) {
  ExpectRun(0, "keygen release", "release.key: the secret half");
  ExpectRun(0, "compile pack.yaml -o policy.slb --sign release.key", "signed with the key");
  ExpectRun(0, "verify --key release.pub policy.slb", "policy.slb: whole, signed with the key");
  ExpectRun(0, "scan --policy policy.slb --key release.pub pack.yaml", "acme.bluebird");
  ExpectRun(0, "explain policy.slb", "built for  Hyperscan");
}

TEST_F(Sluicec, RefusesAnotherSignatureAndNone) {
  Run("keygen release");
  Run("keygen other");
  Run("compile pack.yaml -o signed.slb --sign release.key");
  Run("compile pack.yaml -o bare.slb");
  ExpectRun(1, "verify --key other.pub signed.slb", "none of the trusted ones");
  ExpectRun(0, "verify --key other.pub --key release.pub signed.slb", "whole");
  ExpectRun(1, "verify --key release.pub bare.slb", "not signed");
  ExpectRun(1, "scan --policy signed.slb --key other.pub pack.yaml", "none of the trusted ones");
  ExpectRun(1, "rebuild signed.slb -o new.slb --key other.pub", "none of the trusted ones");
  EXPECT_FALSE(fs::exists(folder_ / "new.slb"));
}

TEST_F(Sluicec, WritesNothingWithoutTheKeyThatIsToSign) {
  Run("keygen release");
  Write("policy.slb", "the old one");
  ExpectRun(1, "compile pack.yaml -o policy.slb --sign release.pub", "is a public key");
  ExpectRun(1, "compile pack.yaml -o policy.slb --sign absent.key", "cannot open the key file");
  EXPECT_EQ(Read("policy.slb"), "the old one");
}

TEST_F(Sluicec, KeepsTheOldBundleWhenThePolicyHasMistakes) {
  Write("policy.slb", "the old one");
  Write("pack.yaml", std::string(kPack) + "    severty: high\n");
  ExpectRun(1, "compile pack.yaml -o policy.slb", "nothing was written");
  EXPECT_EQ(Read("policy.slb"), "the old one");
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 2u);
}

TEST_F(Sluicec, RebuildsTheSameBundleFromItself) {
  Run("compile pack.yaml -o policy.slb");
  fs::remove(folder_ / "pack.yaml");
  ExpectRun(0, "rebuild policy.slb -o new.slb", "policy.slb was built for  Hyperscan");
  EXPECT_EQ(Read("new.slb"), Read("policy.slb"));
}

TEST_F(Sluicec, RebuildsWhatAnotherProcessorCannotRun) {
  Run("compile pack.yaml -o policy.slb");
  // Patched to ask for a feature that no processor has.
  std::string bytes = Read("policy.slb");
  constexpr size_t kFeaturesOffset = bundle::kHeaderBytes + 16;
  ASSERT_GT(bytes.size(), kFeaturesOffset);
  bytes[kFeaturesOffset] = static_cast<char>(bytes[kFeaturesOffset] | 0x40);
  const bundle::Digest digest = bundle::DigestOf(ByteView(std::string_view(bytes)), bytes.size() - bundle::kHeaderBytes);
  std::copy(digest.begin(), digest.end(), bytes.begin() + bundle::kDigestOffset);
  Write("foreign.slb", bytes);
  ExpectRun(1, "scan --policy foreign.slb pack.yaml", "rebuild it here from its own sources: `sluicec rebuild");
  ExpectRun(0, "explain foreign.slb", "built for  Hyperscan");
  ExpectRun(0, "rebuild foreign.slb -o new.slb", "foreign.slb was built for");
  EXPECT_EQ(Read("new.slb"), Read("policy.slb"));
}

TEST_F(Sluicec, PassesTheGateWhenBenignFilesAreSilent) {
  Write("benign/a.txt", "a bluebird sat on the fence");
  Write("benign/deep/b.bin", std::string("\0\1\2", 3));
  ExpectRun(0, "test pack.yaml --benign benign", "0 alarms in 0 of 2 files");
}

TEST_F(Sluicec, FailsTheGateAndNamesFileRuleAndMaskedMatch) {
  Write("benign/a.txt", "first line\nthe plans of Project Bluebird\n");
  Write("benign/b.txt", "nothing");
  const Finished finished = Run("test pack.yaml --benign benign");
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("benign/a.txt:2: alarm: rule 'acme.bluebird' (medium, block): P**** (acme.bluebird#1, utf-8, byte 24, 1 hit)"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("1 alarm in 1 of 2 files"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("500.00 per 1000 files"), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find("Project Bluebird"), std::string::npos) << "content in clear: " << finished.output;
}

TEST_F(Sluicec, DoesNotCountARuleThatOnlyInforms) {
  std::string pack = kPack;
  Write("pack.yaml", pack.insert(pack.find("    action:"), "    severity: info\n"));
  Write("benign/a.txt", "Project Bluebird");
  ExpectRun(0, "test pack.yaml --benign benign", "benign/a.txt:1: note: rule 'acme.bluebird'");
  ExpectRun(0, "test pack.yaml --benign benign", "1 note that only inform");
}

TEST_F(Sluicec, DoesNotPassTheGateWithoutLooking) {
  fs::create_directories(folder_ / "empty");
  ExpectRun(1, "test pack.yaml --benign empty", "there are no files to look through");
  ExpectRun(1, "test pack.yaml --benign absent", "cannot read absent");
}

TEST_F(Sluicec, FindsTheSameWithManyFilesAsWithOne) {
  for (int i = 0; i < 300; ++i) Write("many/" + std::to_string(i) + ".txt", i % 3 == 0 ? "Project Bluebird" : "a bluebird");
  ExpectRun(1, "test pack.yaml --benign many", "100 alarms in 100 of 300 files");
}

TEST_F(Sluicec, ShowsAScanAsATable) {
  Write("files/a.txt", "one\nProject Bluebird");
  Write("files/b.txt", "a bluebird");
  Write("files/c\x1b.zip", std::string("PK\3\4\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\5\0\0\0\1\0\0\0x12345", 36));  // a member that says that it is encrypted
  ASSERT_EQ(Run("compile pack.yaml -o p.slb").code, 0);
  const Finished finished = Run("scan --policy p.slb --table files");
  EXPECT_EQ(finished.code, 0);
  const auto says = [&](const std::string& text) { return finished.output.find(text) != std::string::npos; };
  EXPECT_TRUE(says("files/a.txt        line 2  medium    acme.bluebird        1     P****\n")) << finished.output;
  EXPECT_TRUE(says("files/c\\u001b.zip  zip:x   -         encrypted_container  -     not looked into: 5 bytes\n")) << finished.output;
  EXPECT_TRUE(says("1 finding in 1 of 3 files (66 bytes); 2 parts not looked into, 0 files not readable\n")) << finished.output;
  EXPECT_EQ(finished.output.find("Project Bluebird"), std::string::npos) << "content in clear: " << finished.output;
}

TEST_F(Sluicec, ScansInTheOrderOfTheFilesAndReadsOnBehindWhatItCannotRead) {
  for (int i = 0; i < 40; ++i) Write("many/" + std::to_string(100 + i) + ".txt", "Project Bluebird");
  ASSERT_EQ(Run("compile pack.yaml -o p.slb").code, 0);
  const Finished finished = Run("scan --policy p.slb absent many");
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("cannot read absent: No such file or directory"), std::string::npos) << finished.output;
  size_t at = 0;
  for (int i = 0; i < 40; ++i) {
    at = finished.output.find("many/" + std::to_string(100 + i) + ".txt", at);
    ASSERT_NE(at, std::string::npos) << "file " << i << "\n" << finished.output;
  }
}

TEST_F(Sluicec, SaysThatAFileIsTooLargeToBeLookedInto) {
  std::ofstream(folder_ / "huge.bin");
  fs::resize_file(folder_ / "huge.bin", uintmax_t{3} << 30);  // sparse
  ASSERT_EQ(Run("compile pack.yaml -o p.slb").code, 0);
  ExpectRun(1, "scan --policy p.slb huge.bin", "huge.bin is larger than 2147483648 bytes and was not looked into");
}

TEST_F(Sluicec, FormatsInPlaceOnceAndIsContentAfterwards) {
  Write("packs/a.yaml", "rules:\n- title: t   # why\n  id: a.b\n  detect: {literals: [some text]}\n");
  ExpectRun(1, "fmt --check packs", "packs/a.yaml: not in canonical form");
  ExpectRun(0, "fmt packs", "packs/a.yaml: rewritten");
  EXPECT_EQ(Read("packs/a.yaml"), "rules:\n  - id: a.b\n    title: t  # why\n    detect: {literals: [some text]}\n");
  ExpectRun(0, "fmt --check packs", "0 packs not in canonical form, 1 as they should be");
  ExpectRun(0, "fmt - < packs/a.yaml", "- id: a.b");
}

TEST_F(Sluicec, LeavesAFileThatItCannotFormat) {
  Write("bad.yaml", "rules: [\n");
  ExpectRun(1, "fmt bad.yaml", "error SL1001");
  EXPECT_EQ(Read("bad.yaml"), "rules: [\n");
}

TEST_F(Sluicec, KeepsRightsAndLinksOfWhatItFormats) {
  Write("real.yaml", "rules:   []\n");
  fs::permissions(folder_ / "real.yaml", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real.yaml", folder_ / "link.yaml");
  ExpectRun(0, "fmt link.yaml", "rewritten");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.yaml"));
  EXPECT_EQ(Read("real.yaml"), "rules: []\n");
  EXPECT_EQ(fs::status(folder_ / "real.yaml").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Sluicec, PrintsTheSchemaForEditors) {
  std::ifstream in(places::SourceFolder() + "/docs/schema/rules.schema.json");
  const std::string published{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(Run("schema").output, published);
}

TEST_F(Sluicec, ImportsAndSaysWhatWasLost) {
  Write("keys.toml", "[[rules]]\nid = 'acme'\nregex = 'acme_[a-z]{8}'\ntags = ['x']\n[[rules]]\nid = 'look'\nregex = 'a(?!b)'\n");
  ExpectRun(0, "import gitleaks keys.toml -o keys.yaml --report lost.txt", "look: not carried over");
  EXPECT_NE(Read("lost.txt").find("acme: lost: tags"), std::string::npos);
  ExpectRun(0, "compile keys.yaml -o keys.slb", "1 rule in 1 pack");
}

TEST_F(Sluicec, WritesNoPackWhenNothingCanBeImported) {
  Write("keys.yaml", "the old one");
  ExpectRun(1, "import suricata pack.yaml -o keys.yaml", "error: pack.yaml:");
  ExpectRun(1, "import purview pack.yaml -o keys.yaml", "not XML");
  ExpectRun(1, "import gitleaks absent.toml -o keys.yaml", "cannot read absent.toml");
  ExpectRun(2, "import sigma pack.yaml -o keys.yaml", "");
  EXPECT_EQ(Read("keys.yaml"), "the old one");
}

}  // namespace
}  // namespace sluice::cli
