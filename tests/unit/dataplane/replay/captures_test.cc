// Real captures: every one is read without a crash, and every byte of it has a fate.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "dataplane/replay/replay.h"
#include "rules/compile/compiler.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::replay {
namespace {

namespace fs = std::filesystem;

class Captures : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(places::InputsFolder())) GTEST_SKIP() << "no captures at " << places::InputsFolder();
    folder_ = fs::path(testing::TempDir()) / ("sluice-captures-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    auto compiled = compile::Compile({places::SourceFolder() + "/rules/packs/china.yaml"}, compile::Goal::kCompile);
    ASSERT_FALSE(compiled.bundle.empty());
    policy_ = folder_ / "policy.slb";
    ASSERT_TRUE(compile::WriteFileAtomically(policy_, ByteView(compiled.bundle.data(), compiled.bundle.size())).ok());
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::vector<std::string> Files(const std::string& folder) {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(places::InputsFolder()) / folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  ReplayOptions OptionsFor(const std::string& capture, bool inline_mode, uint32_t workers) {
    ReplayOptions options;
    options.captures = {capture};
    options.policy = policy_;
    options.findings = folder_ / "findings";
    options.objects = folder_ / "objects";
    options.flows = folder_ / "flows";
    options.stats = folder_ / "stats";
    options.inline_mode = inline_mode;
    options.workers = workers;
    return options;
  }

  std::string Text(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void ExpectCoverageAddsUp(const std::string& capture) {
    const auto stats = nlohmann::json::parse(Text("stats"));
    uint64_t sum = stats["coverage"]["inspected_bytes"].get<uint64_t>() + stats["coverage"]["decoded_bytes"].get<uint64_t>();
    for (const auto& [reason, bytes] : stats["coverage"]["not_inspected"].items()) sum += bytes.get<uint64_t>();
    EXPECT_EQ(sum, stats["bytes"].get<uint64_t>()) << capture;
  }

  fs::path folder_;
  std::string policy_;
};

TEST_F(Captures, EveryByteOfEveryCaptureHasAFate) {
  for (const char* folder : {"wire", "wire_encap", "wire_evasion", "pcap"}) {
    for (const std::string& capture : Files(folder)) {
      for (const bool inline_mode : {false, true}) {
        const auto summary = Replay(OptionsFor(capture, inline_mode, 1));
        ASSERT_TRUE(summary.ok()) << capture << ": " << summary.error().message();
        ExpectCoverageAddsUp(capture);
      }
    }
  }
}

// What others read from the same captures: Suricata's and Zeek's tests name these.
TEST_F(Captures, HellosAreNamedWithinQuic) {
  const struct {
    const char* capture;
    const char* names;
  } kExpected[] = {
      {"sv__ja4-tls-quic.pcap", R"({"sni":"cloudflare-quic.com","version":"QUIC 1 h3","ja4":"q13d0310h3_55b375c5d22e_cd85d2d88918"})"},
      {"sv__quic-frag.pcap", R"({"sni":"token.services.mozilla.com","version":"QUIC 1 h3","ja4":"q13d0314h3_55b375c5d22e_61e396c58b1f"})"},
      {"sv__quic-retry-multiple.pcap", R"({"sni":"public-api.wordpress.com","version":"QUIC 1 h3","ja4":"q13d0314h3_55b375c5d22e_61e396c58b1f"})"},
      {"zeek__quic_chromium-115.0.5790.110-api-cirrus-com.pcap", R"({"sni":"api.cirrus-ci.com","version":"QUIC 1 h3","ja4":"q13d0311h3_55b375c5d22e_3512bcbbc9ec"})"},
  };
  for (const auto& [capture, names] : kExpected) {
    ASSERT_TRUE(Replay(OptionsFor(places::InputsFolder() + "/pcap/tls/" + capture, false, 1)).ok());
    EXPECT_NE(Text("flows").find(names), std::string::npos) << capture << " " << Text("flows");
  }
}

TEST_F(Captures, TwoWorkersWriteTheSameRecords) {
  for (const char* folder : {"wire", "wire_evasion", "pcap/evasion"}) {
    for (const std::string& capture : Files(folder)) {
      ASSERT_TRUE(Replay(OptionsFor(capture, false, 1)).ok());
      const std::string findings = Text("findings"), objects = Text("objects"), flows = Text("flows");
      ASSERT_TRUE(Replay(OptionsFor(capture, false, 2)).ok());
      EXPECT_EQ(Text("findings"), findings) << capture;
      EXPECT_EQ(Text("objects"), objects) << capture;
      EXPECT_EQ(Text("flows"), flows) << capture;
    }
  }
}

}  // namespace
}  // namespace sluice::replay
