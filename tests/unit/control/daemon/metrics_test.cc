// docs/metrics.md and the dashboard against what a running appliance exposes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "control/metrics/catalogue.h"
#include "tests/support/places.h"

namespace sluice::daemon {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Appear with their first event; a run without traffic of its own may have none.
const std::map<std::string, std::string> kWithTheirFirstEvent = {{"drops", "`reason`"}, {"rule_findings", "`rule`, `verdict`"},
                                                                 {"rule_hits", "`rule`"}, {"rule_hits_confirmed", "`rule`"}, {"rule_seconds", "`rule`"}};

struct Metric {
  std::string kind, labels, meaning;
};
using Metrics = std::map<std::string, Metric>;

std::string LabelsOf(const std::string& sample) {
  std::string labels;
  static const std::regex kLabel("([a-z_]+)=\"");
  for (std::sregex_iterator it(sample.begin(), sample.end(), kLabel), end; it != end; ++it) labels += (labels.empty() ? "`" : ", `") + it->str(1) + "`";
  return labels;
}

// The format is https://prometheus.io/docs/instrumenting/exposition_formats/.
Metrics Read(const std::string& text) {
  Metrics metrics;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, what, name;
    words >> hash >> what >> name;
    if (line.rfind("# HELP ", 0) == 0) {
      const size_t at = 7 + name.size() + 1;
      metrics[name].meaning = at < line.size() ? line.substr(at) : "";
    } else if (line.rfind("# TYPE ", 0) == 0) {
      words >> metrics[name].kind;
    } else if (!line.empty()) {
      const std::string of = line.substr(0, line.find_first_of("{ "));
      const auto histogram = metrics.find(of.substr(0, of.rfind('_')));
      if (histogram == metrics.end() || histogram->second.kind != "histogram") metrics[of].labels = LabelsOf(line);
      else if (of.ends_with("_count")) histogram->second.labels = LabelsOf(line);
    }
  }
  for (const auto& [name, labels] : kWithTheirFirstEvent) metrics["sluice_" + name + "_total"] = {"counter", labels, metrics::Describe(name).meaning};
  return metrics;
}

std::string Table(const Metrics& metrics) {
  std::string table = "| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& [name, metric] : metrics) {
    table += "| `" + name + "` | " + metric.kind + " | " + (metric.labels.empty() ? "–" : metric.labels) + " | " + metric.meaning + " |\n";
  }
  return table;
}

class Exposition : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path folder = fs::temp_directory_path() / ("metrics-" + std::to_string(getpid()));
    fs::create_directories(folder);
    std::ofstream(folder / "pack.yaml") << R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors: {mark: {literals: [TOPSECRET-MARK]}}
rules:
  - {id: cn.mark, title: A mark, severity: critical, action: block, scope: {direction: both}, detect: mark}
)";
    std::ofstream(folder / "sluice.yaml") << R"(
policy: policy.slb
ports: {outside: {driver: "null"}, inside: {driver: "null"}}
pairs: [{ports: [outside, inside]}]
workers: {idle: sleep}
memory: {huge_pages: off}
tables: {flows: 4096, held_packets: 1024, objects: 1024, sessions: 1024}
output: {findings: findings.jsonl}
control: {directory: control}
exports: [{name: lake, to: file, path: out.jsonl}]
evidence: {public_key: case.pub}
)";
    std::ofstream(folder / "drive.sh") << R"(
cd "$2" && "$1/sluicectl" evidence new-key case > key && "$1/sluicec" compile pack.yaml -o policy.slb > compiled 2>&1 || exit 1
"$1/sluiced" run -c sluice.yaml --ready-file ready > out 2>&1 & pid=$!
for i in $(seq 300); do [ -e ready ] && break; sleep 0.1; done
curl -sS --unix-socket control/api.sock http://sluice/metrics > metrics.txt
kill -TERM $pid; wait $pid
)";
    const std::string command = "bash " + (folder / "drive.sh").string() + " " + places::ProgramsFolder() + " " + folder.string();
    code_ = std::system(command.c_str());
    text_ = ReadAll(folder / "metrics.txt");
    output_ = ReadAll(folder / "out");
    fs::remove_all(folder);
  }
  static int code_;
  static std::string text_, output_;
};
int Exposition::code_ = -1;
std::string Exposition::text_, Exposition::output_;

// With SLUICE_UPDATE_GOLDEN set the document is written instead of compared.
TEST_F(Exposition, IsWhatTheDocumentSays) {
  ASSERT_EQ(code_, 0) << output_;
  const std::string path = places::SourceFolder() + "/docs/metrics.md";
  std::string document = ReadAll(path);
  const std::string begin = "<!-- metrics: begin -->\n", end = "<!-- metrics: end -->";
  const size_t from = document.find(begin), to = document.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string table = Table(Read(text_));
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    document.replace(from + begin.size(), to - from - begin.size(), table);
    std::ofstream(path) << document;
    return;
  }
  EXPECT_EQ(document.substr(from + begin.size(), to - from - begin.size()), table) << "run this test with SLUICE_UPDATE_GOLDEN=1";
}

TEST_F(Exposition, DescribesEveryMetric) {
  const Metrics metrics = Read(text_);
  EXPECT_GT(metrics.size(), 100u);
  for (const auto& [name, metric] : metrics) {
    EXPECT_FALSE(metric.meaning.empty()) << name;
    EXPECT_TRUE(metric.kind == "counter" || metric.kind == "gauge" || metric.kind == "histogram") << name;
    EXPECT_TRUE(std::regex_match(name, std::regex("sluice_[a-z0-9_]+"))) << name;
  }
}

TEST_F(Exposition, HasAllThatTheDashboardAsksFor) {
  const Metrics metrics = Read(text_);
  const auto dashboard = nlohmann::json::parse(ReadAll(places::SourceFolder() + "/docs/grafana-dashboard.json"));
  size_t asked = 0;
  static const std::regex kName("sluice_[a-z0-9_]+");
  static const std::regex kOfHistogram("_bucket$");
  for (const auto& panel : dashboard["panels"]) {
    for (const auto& target : panel["targets"]) {
      const std::string expression = target["expr"];
      for (std::sregex_iterator it(expression.begin(), expression.end(), kName), end; it != end; ++it, ++asked) {
        EXPECT_EQ(metrics.count(std::regex_replace(it->str(), kOfHistogram, "")), 1u) << it->str() << " in " << panel["title"];
      }
    }
  }
  EXPECT_GT(asked, 10u);
}

}  // namespace
}  // namespace sluice::daemon
