// The program itself: what it prints, its exit codes, and that it forwards between two real network namespaces.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/places.h"

namespace sluice::daemon {
namespace {

namespace fs = std::filesystem;

struct Finished {
  int code = -1;
  std::string output;  // both streams
};

Finished Shell(const std::string& command) {
  Finished finished;
  std::FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return finished;
  std::array<char, 4096> buffer;
  for (size_t n = fread(buffer.data(), 1, buffer.size(), pipe); n > 0; n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    finished.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

class Sluiced : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("sluiced-" + std::to_string(getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    Write("pack.yaml", R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors: {mark: {literals: [TOPSECRET-MARK]}}
rules:
  - {id: cn.mark, title: A mark, severity: critical, action: block, scope: {direction: both}, detect: mark}
)");
    const Finished compiled = Shell(Program("sluicec") + " compile " + File("pack.yaml") + " -o " + File("policy.slb"));
    ASSERT_EQ(compiled.code, 0) << compiled.output;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string Program(const std::string& name) { return places::ProgramsFolder() + "/" + name; }
  std::string File(const std::string& name) const { return folder_ / name; }
  void Write(const std::string& name, const std::string& text) const { std::ofstream(File(name)) << text; }
  std::string Check(const std::string& name) const { return Program("sluiced") + " check -c " + File(name); }

  fs::path folder_;
};

constexpr const char* kNullPair = R"(
policy: policy.slb
ports: {outside: {driver: "null"}, inside: {driver: "null"}}
pairs: [{ports: [outside, inside]}]
workers: {idle: sleep}
tables: {flows: 4096, held_packets: 1024, objects: 1024, sessions: 1024}
output: {findings: findings.jsonl, stats: stats.json, stats_interval: 1}
)";

TEST_F(Sluiced, ChecksACleanConfiguration) {
  Write("sluice.yaml", kNullPair);
  const Finished finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 0) << finished.output;
  EXPECT_NE(finished.output.find("no errors"), std::string::npos);
  EXPECT_NE(finished.output.find("1 rules, 1 detectors"), std::string::npos) << finished.output;
}

TEST_F(Sluiced, TakesASignedPolicyFromATrustedKeyOnly) {
  const auto in_folder = [&](const std::string& command) { return Shell("cd " + folder_.string() + " && " + command); };
  ASSERT_EQ(in_folder(Program("sluicec") + " keygen ours").code, 0);
  ASSERT_EQ(in_folder(Program("sluicec") + " keygen theirs").code, 0);
  Write("sluice.yaml", std::string("trusted_keys: [ours.pub]\n") + kNullPair);
  Finished finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("the bundle is not signed"), std::string::npos) << finished.output;

  ASSERT_EQ(in_folder(Program("sluicec") + " compile pack.yaml -o policy.slb --sign theirs.key").code, 0);
  finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("none of the trusted ones"), std::string::npos) << finished.output;

  ASSERT_EQ(in_folder(Program("sluicec") + " compile pack.yaml -o policy.slb --sign ours.key").code, 0);
  finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 0) << finished.output;
  EXPECT_NE(finished.output.find("signed with the key"), std::string::npos) << finished.output;

  Write("sluice.yaml", std::string("trusted_keys: [absent.pub]\n") + kNullPair);
  finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("trusted_keys: cannot open the key file"), std::string::npos) << finished.output;
}

TEST_F(Sluiced, ReplaysASignedPolicyFromATrustedKeyOnly) {
  const auto in_folder = [&](const std::string& command) { return Shell("cd " + folder_.string() + " && " + command); };
  ASSERT_EQ(in_folder(Program("sluicec") + " keygen ours").code, 0);
  // An empty capture: magic, version 2.4, Ethernet.
  ASSERT_EQ(in_folder("printf '\\324\\303\\262\\241\\2\\0\\4\\0\\0\\0\\0\\0\\0\\0\\0\\0\\377\\377\\0\\0\\1\\0\\0\\0' > empty.pcap").code, 0);
  const std::string replay = Program("sluiced") + " replay --policy policy.slb --key ours.pub --findings - empty.pcap";
  const Finished refused = in_folder(replay);
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.output.find("the bundle is not signed"), std::string::npos) << refused.output;
  ASSERT_EQ(in_folder(Program("sluicec") + " compile pack.yaml -o policy.slb --sign ours.key").code, 0);
  const Finished accepted = in_folder(replay);
  EXPECT_EQ(accepted.code, 0) << accepted.output;
}

TEST_F(Sluiced, ChecksEveryMistakeWithItsPlace) {
  Write("sluice.yaml", "policy: policy.slb\nports: {a: {driver: nul}}\ntaps: [b]\n");
  const Finished finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("sluice.yaml:2:21: error SL1007"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("sluice.yaml:3:8: error SL7001"), std::string::npos) << finished.output;
}

TEST_F(Sluiced, ChecksThatThePolicyIsThere) {
  Write("sluice.yaml", "policy: none.slb\nports: {a: {driver: \"null\"}}\ntaps: [a]\n");
  const Finished finished = Shell(Check("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("none.slb"), std::string::npos) << finished.output;
}

TEST_F(Sluiced, CallsBadUsageTwo) {
  EXPECT_EQ(Shell(Program("sluiced") + " walk").code, 2);
  EXPECT_EQ(Shell(Program("sluiced") + " check").code, 2);
}

TEST_F(Sluiced, NamesAPortThatIsMissing) {
  Write("sluice.yaml", "policy: policy.slb\nports: {a: {driver: af_packet, interface: nosuch0}}\ntaps: [a]\n");
  const Finished finished = Shell(Program("sluiced") + " run -c " + File("sluice.yaml"));
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("interface 'nosuch0' does not exist"), std::string::npos) << finished.output;
}

// Waits for the ready file, asks for a reload, ends it.
TEST_F(Sluiced, RunsUntilItIsToldAndSaysWhatItDid) {
  Write("sluice.yaml", kNullPair);
  Write("drive.sh", R"(
"$1" run -c "$2/sluice.yaml" --ready-file "$2/ready" > "$2/out" & pid=$!
for i in $(seq 300); do [ -e "$2/ready" ] && break; sleep 0.1; done
[ -e "$2/ready" ] || { kill -9 $pid; exit 90; }
kill -HUP $pid
for i in $(seq 100); do grep -q 'generation 2' "$2/out" && break; sleep 0.1; done
kill -TERM $pid
wait $pid; code=$?
cat "$2/out"
[ -e "$2/ready" ] && exit 91
exit $code
)");
  const Finished finished = Shell("bash " + File("drive.sh") + " " + Program("sluiced") + " " + folder_.string());
  EXPECT_EQ(finished.code, 0) << finished.output;
  for (const char* line : {"mode: inline", "fail modes: ", "port outside: null", "ready", "generation 2", "stopped", "coverage: "}) {
    EXPECT_NE(finished.output.find(line), std::string::npos) << line << "\n" << finished.output;
  }
  EXPECT_EQ(finished.output.find("should be equal"), std::string::npos) << finished.output;
  EXPECT_TRUE(fs::exists(File("stats.json")));
}

TEST_F(Sluiced, ForwardsBetweenTwoNamespaces) {
  if (geteuid() != 0) GTEST_SKIP() << "network namespaces need root";
  if (Shell("ip netns list").code != 0) GTEST_SKIP() << "the ip command is not there, or namespaces are refused";
  const fs::path script = fs::path(places::SourceFolder()) / "tests/unit/control/daemon/forward_ping.sh";
  const Finished finished = Shell("bash " + script.string() + " " + Program("sluiced") + " " + folder_.string());
  if (finished.code == 77) GTEST_SKIP() << "network namespaces are refused here: " << finished.output;
  EXPECT_EQ(finished.code, 0) << finished.output;
}

}  // namespace
}  // namespace sluice::daemon
