// Which records go to whom.
#include "control/exports/export_set.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "control/config/schema.h"
#include "tests/unit/control/exports/receivers.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::exports {
namespace {

using Folder = incident::testing::Folder;

config::ExportOptions ToFile(const Folder& folder, const std::string& name) {
  config::ExportOptions options;
  options.name = name;
  options.to = "file";
  options.format = "jsonl";
  options.path = folder.File(name + ".out");
  options.findings = options.anomalies = true;
  options.batch = 100;
  options.spool_bytes = 1 << 20;
  return options;
}

size_t LinesOf(const std::string& path) {
  std::ifstream in(path);
  size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  return lines;
}

TEST(ExportSet, GivesEachReceiverWhatItAskedFor) {
  const Folder folder("export_set");
  config::ExportOptions all = ToFile(folder, "all"), grave = ToFile(folder, "grave"), anomalies = ToFile(folder, "anomalies");
  grave.min_severity = model::Severity::kCritical;
  grave.anomalies = false;
  anomalies.findings = false;
  auto set = ExportSet::Open({all, grave, anomalies}, folder.File("spools"));
  ASSERT_TRUE(set.ok());
  (*set)->Observe(incident::testing::Make({}), "{\"event\":\"finding\"}\n");
  incident::testing::FindingOf critical;
  critical.severity = model::Severity::kCritical;
  (*set)->Observe(incident::testing::Make(critical), "{\"event\":\"finding\"}\n");
  event::Record anomaly;
  event::Reset(anomaly, event::RecordKind::kAnomaly);
  (*set)->Observe(anomaly, "{\"event\":\"anomaly\"}\n");
  event::Record flow;
  event::Reset(flow, event::RecordKind::kFlow);
  (*set)->Observe(flow, "{\"event\":\"flow\"}\n");
  EXPECT_TRUE(testing::Within(std::chrono::seconds(30), [&] {
    return LinesOf(all.path) == 3 && LinesOf(grave.path) == 1 && LinesOf(anomalies.path) == 1;
  }));
}

TEST(ExportSet, IsNothingWithoutReceivers) {
  const Folder folder("export_set");
  auto set = ExportSet::Open({}, folder.File("spools"));
  ASSERT_TRUE(set.ok());
  (*set)->Observe(incident::testing::Make({}), "{}\n");
  EXPECT_TRUE((*set)->Describe().empty());
  EXPECT_TRUE((*set)->Alarms().empty());
}

TEST(ExportSet, NamesTheReceiverThatCannotBe) {
  const Folder folder("export_set");
  config::ExportOptions options = ToFile(folder, "siem");
  options.to = "syslog_tls";
  options.address = "localhost:6514";
  options.ca_file = folder.File("absent.pem");
  const auto set = ExportSet::Open({options}, folder.File("spools"));
  ASSERT_FALSE(set.ok());
  EXPECT_NE(set.error().message().find("export siem"), std::string::npos) << set.error().message();
}

// The configuration's words are the names of the tables.
TEST(ExportSet, KnowsEachWordOfTheConfiguration) {
  const auto words = [](const char* key) {
    std::istringstream in{std::string(config::FindKey(config::Section::kExport, key).words)};
    std::vector<std::string> out;
    for (std::string word; std::getline(in, word, '|');) out.push_back(word);
    return out;
  };
  for (const std::string& word : words("to")) EXPECT_NE(FindTransport(word), nullptr) << word;
  for (const std::string& word : words("format")) EXPECT_NE(FindFormat(word), nullptr) << word;
  EXPECT_EQ(words("to").size(), TransportKinds().size());
  EXPECT_EQ(words("format").size(), Formats().size());
}

}  // namespace
}  // namespace sluice::exports
