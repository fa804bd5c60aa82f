#include "dataplane/runtime/dataplane.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/tcp_session.h"
#include "tests/unit/dataplane/pipeline/fixture.h"
#include "tests/unit/dataplane/port/eal_environment.h"
#include "tests/unit/dataplane/worker/capture_frames.h"

namespace sluice::runtime {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Both directions come in by the outside port: which is enough for what leaves by the inside one.
class DataPlaneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(test::SharedEal(), nullptr);
    folder_ = fs::temp_directory_path() / ("sluice-dataplane-" + std::to_string(getpid()) + "-" +
                                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    for (const char* name : {"outside", "inside"}) {
      port::PortOptions port;
      port.name = name;
      port.driver = port::Driver::kPcap;
      options_.ports.push_back(port);
    }
    options_.ports[0].rx_file = folder_ / "in.pcap";
    options_.ports[1].tx_file = folder_ / "out.pcap";
    options_.pairs = {{0, 1, true}};
    options_.workers.sleep_when_idle = true;
    options_.tables = {.flows = 4096, .held_packets = 4096, .fragments = 256, .objects = 1024, .sessions = 1024, .records = 1024};
    options_.output.findings = folder_ / "findings.jsonl";
  }
  void TearDown() override { fs::remove_all(folder_); }

  uint64_t WriteSession(const test::TcpSession& session) {
    std::vector<test::Frame> frames;
    for (const test::TimedFrame& frame : session.frames()) frames.push_back(frame.bytes);
    test::WriteCapture(folder_ / "in.pcap", frames);
    return frames.size();
  }

  // Runs until `frames` have been received.
  pipeline::Totals RunUntil(uint64_t frames) {
    Result<std::unique_ptr<DataPlane>> started = DataPlane::Start(options_, test::BlockingPolicy());
    if (!started) ADD_FAILURE() << started.error().message();
    if (!started) return {};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while ((*started)->Snapshot().packets < frames && std::chrono::steady_clock::now() < deadline) {
      (*started)->WatchLinks();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const Status stopped = (*started)->Stop();
    EXPECT_TRUE(stopped.ok()) << stopped.error().message();
    return (*started)->Snapshot();
  }

  fs::path folder_;
  DataPlaneOptions options_;
};

TEST_F(DataPlaneTest, LetsACleanUploadThroughWholeAndAccountsForEveryByte) {
  test::TcpSession session;
  const std::string body(20'000, 'x');
  session.Handshake()
      .Upload("POST /up HTTP/1.1\r\nHost: example.org\r\nContent-Length: 20000\r\n\r\n" + body)
      .Download("HTTP/1.1 204 No Content\r\n\r\n")
      .Finish();
  const uint64_t frames = WriteSession(session);
  const pipeline::Totals totals = RunUntil(frames);
  EXPECT_EQ(totals.packets, frames);
  EXPECT_EQ(totals.AccountedBytes(), totals.bytes);
  EXPECT_EQ(totals.findings, 0u);
  EXPECT_EQ(test::ReadCapture(folder_ / "out.pcap").size(), frames);
  EXPECT_EQ(totals.counters.at("port_inside_tx_packets"), frames);
}

TEST_F(DataPlaneTest, StopsAMarkedUploadAndWritesTheFinding) {
  test::TcpSession session;
  const std::string body = std::string(3000, 'a') + "TOPSECRET-MARK" + std::string(3000, 'b');
  session.Handshake().Upload("POST /up HTTP/1.1\r\nHost: example.org\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const uint64_t frames = WriteSession(session);
  const pipeline::Totals totals = RunUntil(frames);
  EXPECT_EQ(totals.AccountedBytes(), totals.bytes);
  EXPECT_GE(totals.findings, 1u);
  const std::string findings = ReadText(folder_ / "findings.jsonl");
  EXPECT_NE(findings.find("\"cn.mark\""), std::string::npos) << findings;
  EXPECT_NE(findings.find(std::string(test::BlockingPolicy()->digest())), std::string::npos) << findings;
  EXPECT_EQ(ReadText(folder_ / "out.pcap").find("TOPSECRET-MARK"), std::string::npos);
}

TEST_F(DataPlaneTest, GivesTheSameFindingsWithADistributorAndTwoWorkers) {
  options_.workers.count = 2;
  test::TcpSession session;
  session.Handshake().Upload("POST /up HTTP/1.1\r\nHost: example.org\r\nContent-Length: 10\r\n\r\nwatch-this").Finish();
  const uint64_t frames = WriteSession(session);
  const pipeline::Totals totals = RunUntil(frames);
  EXPECT_EQ(totals.worker_busy_seconds.size(), 3u);
  EXPECT_EQ(totals.AccountedBytes(), totals.bytes);
  EXPECT_EQ(totals.findings, 1u);
  EXPECT_NE(ReadText(folder_ / "findings.jsonl").find("\"tlp.watch\""), std::string::npos);
}

TEST_F(DataPlaneTest, AcknowledgesANewPolicyFromEveryWorker) {
  for (port::PortOptions& port : options_.ports) {
    port.driver = port::Driver::kNull;
    port.rx_file.clear();
    port.tx_file.clear();
  }
  options_.output.findings.clear();
  options_.workers.count = 2;
  Result<std::unique_ptr<DataPlane>> started = DataPlane::Start(options_, test::BlockingPolicy());
  ASSERT_TRUE(started.ok()) << started.error().message();
  const Result<uint32_t> published = (*started)->Publish(test::BlockingPolicy());
  ASSERT_TRUE(published.ok()) << published.error().message();
  EXPECT_EQ(published.value(), 2u);
  EXPECT_TRUE((*started)->Stop().ok());
  const pipeline::Totals totals = (*started)->Snapshot();
  EXPECT_EQ(totals.counters.at("worker_policies_adopted"), 2u);
  EXPECT_EQ(totals.AccountedBytes(), totals.bytes);
}

TEST_F(DataPlaneTest, LeavesNothingOpenWhenAPortFails) {
  options_.ports[1].rx_file = folder_ / "missing.pcap";
  test::WriteCapture(folder_ / "in.pcap", {});
  Result<std::unique_ptr<DataPlane>> started = DataPlane::Start(options_, test::BlockingPolicy());
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message().find("port 'inside'"), std::string::npos) << started.error().message();
  test::WriteCapture(folder_ / "missing.pcap", {});
  started = DataPlane::Start(options_, test::BlockingPolicy());
  EXPECT_TRUE(started.ok()) << started.error().message();
}

TEST_F(DataPlaneTest, NamesAFileThatCannotBeWritten) {
  options_.output.findings = "/nonexistent/findings.jsonl";
  Result<std::unique_ptr<DataPlane>> started = DataPlane::Start(options_, test::BlockingPolicy());
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message().find("/nonexistent/findings.jsonl"), std::string::npos) << started.error().message();
}

}  // namespace
}  // namespace sluice::runtime
