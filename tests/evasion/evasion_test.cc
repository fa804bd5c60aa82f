// Every evasion on a tap and inline: found, stopped before it was complete, or named; never silence. What came of each, and how
// much of the stream had passed when the verdict fell, is docs/evasion.md (SLUICE_UPDATE_GOLDEN=1 writes it anew).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/evasion/evasion.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

std::shared_ptr<const bundle::Bundle> Policy() {
  static const std::shared_ptr<const bundle::Bundle> policy = PolicyOf(R"(
pack: {id: evasion, title: Evasion}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors:
  mark: {literals: [机密★, 機密★], variants: [spacing, line-break, width, look-alike]}
rules:
  - {id: cn.mark, title: A mark, severity: critical, action: block, scope: {direction: both}, detect: mark}
)");
  return policy;
}

struct Outcome {
  bool found = false, blocked = false, held = false;
  std::set<std::string> anomalies;
  size_t leak = 0;
  bool accounted = false;
};

Outcome Try(const Evasion& evasion, stream::Mode mode) {
  const Seen seen = Play(evasion.wire.frames(), Policy(), {.mode = mode});
  Outcome outcome;
  outcome.found = !seen.findings.empty();
  outcome.anomalies.insert(seen.anomalies.begin(), seen.anomalies.end());
  outcome.blocked = seen.totals.counters.at("flows_blocked") > 0;
  outcome.accounted = seen.totals.bytes == seen.totals.AccountedBytes();
  if (mode == stream::Mode::kTap) return outcome;
  const Readings readings = ReadAtServer(seen.sent, evasion.wire.options());
  outcome.leak = readings.Leak(evasion.wire.stream());
  outcome.held = readings.Hold(kMark) || outcome.leak == evasion.wire.stream().size();
  return outcome;
}

std::string Join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string TapCell(const Outcome& tap) {
  if (tap.found) return tap.anomalies.empty() ? "found" : "found; " + Join(tap.anomalies);
  return tap.anomalies.empty() ? "–" : Join(tap.anomalies);
}
std::string InlineCell(const Outcome& inspected) {
  std::string cell = inspected.found ? "stopped" : inspected.held ? "passed" : "kept out";
  if (!inspected.anomalies.empty()) cell += "; " + Join(inspected.anomalies);
  return cell;
}

std::vector<Evasion> All() {
  std::vector<Evasion> all;
  for (const auto group : {IpEvasions, TcpEvasions, HttpEvasions, MailEvasions, ContainerEvasions, EncodingEvasions}) {
    for (Evasion& evasion : group()) all.push_back(std::move(evasion));
  }
  return all;
}

class Evasions : public testing::TestWithParam<Evasion> {};

TEST_P(Evasions, OnATap) {
  const Evasion& evasion = GetParam();
  const Outcome tap = Try(evasion, stream::Mode::kTap);
  EXPECT_TRUE(tap.accounted);
  switch (evasion.tap) {
    case Demand::kFound: EXPECT_TRUE(tap.found) << TapCell(tap); break;
    case Demand::kNamed: EXPECT_TRUE(tap.found || !tap.anomalies.empty()); break;
    case Demand::kHarmless: break;
  }
}

TEST_P(Evasions, Inline) {
  const Evasion& evasion = GetParam();
  const Outcome inspected = Try(evasion, stream::Mode::kInline);
  EXPECT_TRUE(inspected.accounted);
  switch (evasion.inspected) {
    case Demand::kFound:
      EXPECT_TRUE(inspected.found) << InlineCell(inspected);
      EXPECT_FALSE(inspected.held) << "a receiver holds the mark; leak " << inspected.leak << " of " << evasion.wire.stream().size();
      break;
    case Demand::kNamed: EXPECT_FALSE(!inspected.found && inspected.anomalies.empty()) << InlineCell(inspected); break;
    case Demand::kHarmless: EXPECT_FALSE(inspected.held) << "leak " << inspected.leak << " of " << evasion.wire.stream().size(); break;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Evasions, testing::ValuesIn(All()), [](const testing::TestParamInfo<Evasion>& one) {
  std::string name = one.param.name;
  std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

// docs/evasion.md between its two markers.
TEST(EvasionTable, IsWhatTheDocumentSays) {
  std::ostringstream table;
  table << "| attempt | trick | described in | on a tap | inline | passed before the verdict |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const Evasion& evasion : All()) {
    const Outcome tap = Try(evasion, stream::Mode::kTap), inspected = Try(evasion, stream::Mode::kInline);
    table << "| `" << evasion.name << "` | " << evasion.trick << " | " << evasion.source << " | " << TapCell(tap) << " | " << InlineCell(inspected) << " | "
          << inspected.leak << " of " << evasion.wire.stream().size() << " |\n";
  }
  const std::string path = places::SourceFolder() + "/docs/evasion.md";
  std::stringstream read;
  read << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string document = read.str(), begin = "<!-- table -->\n", end = "<!-- end of table -->\n";
  const size_t from = document.find(begin), to = document.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << path;
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << document.substr(0, from) + begin + table.str() + document.substr(to);
    return;
  }
  EXPECT_EQ(document.substr(from + begin.size(), to - from - begin.size()), table.str());
}

}  // namespace
}  // namespace sluice::test
