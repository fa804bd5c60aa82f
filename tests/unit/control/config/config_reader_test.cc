#include "control/config/config_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/places.h"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Outcome {
  std::optional<Configuration> configuration;
  std::string diagnostics;
};

Outcome Read(const std::string& text, const std::string& name = "sluice.yaml") {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  Outcome outcome;
  outcome.configuration = ReadConfiguration(sources, sources.Add(name, text), diagnostics);
  diagnostics.Sort();
  for (const syntax::Diagnostic& diagnostic : diagnostics.all()) outcome.diagnostics += Render(diagnostic, sources);
  return outcome;
}

// Each folder of golden/ has a sluice.yaml and, in diagnostics.txt, all that there is to say about it. With
// SLUICE_UPDATE_GOLDEN set the texts are written instead of compared.
class ConfigGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(ConfigGolden, SaysWhatIsWrongAndWhere) {
  const fs::path folder = fs::path(places::SourceFolder()) / "tests/unit/control/config/golden" / GetParam();
  const Outcome outcome = Read(ReadText(folder / "sluice.yaml"));
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(folder / "diagnostics.txt") << outcome.diagnostics;
  EXPECT_EQ(outcome.diagnostics, ReadText(folder / "diagnostics.txt"));
  EXPECT_EQ(outcome.configuration.has_value(), outcome.diagnostics.find(": error ") == std::string::npos);
}

std::vector<std::string> GoldenCases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(places::SourceFolder()) / "tests/unit/control/config/golden")) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, ConfigGolden, ::testing::ValuesIn(GoldenCases()), [](const auto& golden) { return golden.param; });

TEST(ConfigReader, TakesEveryValueThatIsGiven) {
  const fs::path folder = fs::path(places::SourceFolder()) / "tests/unit/control/config/golden/inline_pair_complete";
  const Outcome outcome = Read(ReadText(folder / "sluice.yaml"), "/etc/sluice/sluice.yaml");
  ASSERT_TRUE(outcome.configuration) << outcome.diagnostics;
  const runtime::DataPlaneOptions& options = outcome.configuration->data_plane;
  EXPECT_EQ(outcome.configuration->policy, "/etc/sluice/policy.slb");
  ASSERT_EQ(options.ports.size(), 2u);
  EXPECT_EQ(options.ports[0].driver, port::Driver::kPhysical);
  EXPECT_EQ(options.ports[0].device, "0000:03:00.0");
  EXPECT_EQ(options.ports[0].checksum, port::Checksum::kOffload);
  EXPECT_EQ(options.ports[1].mtu, 9000);
  ASSERT_EQ(options.pairs.size(), 1u);
  EXPECT_FALSE(options.pairs[0].propagate_link);
  EXPECT_EQ(options.workers.count, 2);
  EXPECT_EQ(options.workers.processors, (std::vector<int>{2, 3}));
  EXPECT_EQ(options.memory.huge_pages, port::HugePages::kOn);
  EXPECT_EQ(options.memory.megabytes, 2048u);
  EXPECT_EQ(options.tables.flows, 1'000'000u);
  EXPECT_EQ(options.tables.held_packets, 100'000u);
  EXPECT_EQ(options.output.findings, "/etc/sluice/findings.jsonl") << "relative paths count from the file's folder";
  EXPECT_EQ(options.output.stats_interval, std::chrono::seconds(5));
  EXPECT_TRUE(options.output.hash_objects);
}

TEST(ConfigReader, DefaultsAreThoseOfTheOptionsThemselves) {
  const Outcome outcome = Read("policy: p.slb\nports: {a: {driver: \"null\"}}\ntaps: [a]\n");
  ASSERT_TRUE(outcome.configuration) << outcome.diagnostics;
  const runtime::DataPlaneOptions& options = outcome.configuration->data_plane;
  const port::PortOptions port;
  EXPECT_EQ(options.ports[0].mtu, port.mtu);
  EXPECT_EQ(options.ports[0].queues, port.queues);
  EXPECT_EQ(options.ports[0].descriptors, port.descriptors);
  EXPECT_EQ(options.ports[0].checksum, port.checksum);
  EXPECT_EQ(options.ports[0].frame_bytes, port.frame_bytes);
  const runtime::TableOptions tables;
  EXPECT_EQ(options.tables.flows, tables.flows);
  EXPECT_EQ(options.tables.held_packets, tables.held_packets);
  EXPECT_EQ(options.tables.fragments, tables.fragments);
  EXPECT_EQ(options.tables.objects, tables.objects);
  EXPECT_EQ(options.tables.sessions, tables.sessions);
  EXPECT_EQ(options.tables.records, tables.records);
  EXPECT_EQ(options.workers.count, runtime::WorkerOptions().count);
  EXPECT_EQ(options.memory.huge_pages, runtime::MemoryOptions().huge_pages);
  EXPECT_EQ(options.output.stats_interval, runtime::OutputOptions().stats_interval);
  EXPECT_EQ(options.output.findings, "-");
}

TEST(ConfigReader, SaysThatAFileIsMissing) {
  const LoadedConfiguration loaded = LoadConfiguration("/nonexistent/sluice.yaml");
  EXPECT_FALSE(loaded.configuration);
  EXPECT_EQ(loaded.errors, 1u);
  EXPECT_NE(loaded.diagnostics.find("/nonexistent/sluice.yaml"), std::string::npos) << loaded.diagnostics;
}

}  // namespace
}  // namespace sluice::config
