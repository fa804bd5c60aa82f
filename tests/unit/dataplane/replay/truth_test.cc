// Captures whose files are known: each comes out with its digest, or it is said why not and what was found all the same.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "dataplane/replay/replay.h"
#include "rules/compile/compiler.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::replay {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct KnownFile {
  std::string capture, contains, name, sha256;
  bool marked = false;
};

// Rows of the manifest: path, …, contains, "…; files: NAME SIZEB sha256=HEX marks=WORDS | …; …".
std::vector<KnownFile> FilesOfManifest() {
  std::vector<KnownFile> files;
  std::ifstream manifest(fs::path(places::InputsFolder()) / "MANIFEST.tsv");
  const std::regex file(R"((\S+) \d+B sha256=([0-9a-f]{64}) marks=([^|;]*))");
  for (std::string line; std::getline(manifest, line);) {
    std::vector<std::string> columns;
    std::stringstream row(line);
    for (std::string column; std::getline(row, column, '\t');) columns.push_back(column);
    if (columns.size() < 7 || (columns[0].rfind("wire/", 0) != 0 && columns[0].rfind("wire_", 0) != 0)) continue;
    for (std::sregex_iterator it(columns[6].begin(), columns[6].end(), file), end; it != end; ++it) {
      files.push_back({columns[0], columns[5], (*it)[1], (*it)[2], (*it)[3].str().rfind("none", 0) != 0});
    }
  }
  return files;
}

std::vector<Json> Lines(const fs::path& path) {
  std::vector<Json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

// What replay says of one capture.
struct Seen {
  std::set<std::string> digests, anomalies;
  bool marking = false;
  uint64_t encrypted = 0;
};

class Truth : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(places::InputsFolder())) GTEST_SKIP() << "no captures at " << places::InputsFolder();
    folder_ = fs::path(testing::TempDir()) / ("sluice-truth-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    auto compiled = compile::Compile({places::SourceFolder() + "/rules/packs/china.yaml"}, compile::Goal::kCompile);
    ASSERT_FALSE(compiled.bundle.empty());
    ASSERT_TRUE(compile::WriteFileAtomically(folder_ / "policy.slb", ByteView(compiled.bundle.data(), compiled.bundle.size())).ok());
  }
  void TearDown() override { fs::remove_all(folder_); }

  Seen Look(const std::string& capture) {
    ReplayOptions options;
    options.captures = {fs::path(places::InputsFolder()) / capture};
    options.policy = folder_ / "policy.slb";
    options.findings = folder_ / "findings";
    options.objects = folder_ / "objects";
    options.stats = folder_ / "stats";
    options.hash_objects = true;
    EXPECT_TRUE(Replay(options).ok()) << capture;
    Seen seen;
    for (const Json& object : Lines(options.objects)) {
      if (object.value("complete", false)) seen.digests.insert(object.value("sha256", ""));
    }
    for (const Json& record : Lines(options.findings)) {
      if (record["event"] == "anomaly") seen.anomalies.insert(record["kind"]);
      else if (record["rule"].get<std::string>().rfind("cn.", 0) == 0) seen.marking = true;
    }
    const Json stats = Lines(options.stats).at(0);
    seen.encrypted = stats["coverage"]["not_inspected"].value("encrypted", uint64_t{0});
    return seen;
  }

  fs::path folder_;
};

// "whole", or what stands for it; empty: nothing does. A marking counts only where the file cannot come out as it was: cut over
// connections, changed by its transfer, or with packets lost.
std::string Outcome(const KnownFile& file, const Seen& seen) {
  static const std::map<std::string, std::string> kNotAsItWas = {
      {"ftp_appe_resume_rtf", "two transfers"},        {"ftp_ascii_stor_utf8", "line ends converted"},
      {"http1_post_urlencoded_gbk", "a form's value"}, {"smtp_text_utf8", "wrapped by the mail program"},
      {"smtp_qp_gb18030_cnfilename", "line ends converted"}, {"http1_put_docx__loss2pct", "packets lost"},
  };
  if (seen.digests.count(file.sha256) > 0) return "whole";
  if (seen.encrypted > 0) return "encrypted";
  for (const char* cut : {"scattered_file", "partial_object"}) {
    if (seen.anomalies.count(cut) > 0) return cut;
  }
  const std::string stem = fs::path(file.capture).stem();
  for (const auto& [prefix, reason] : kNotAsItWas) {
    if (stem.rfind(prefix, 0) == 0 && file.marked && seen.marking) return "marking found (" + reason + ")";
  }
  return "";
}

TEST_F(Truth, FilesOnTheWireComeOutAsTheyWere) {
  const std::vector<KnownFile> files = FilesOfManifest();
  ASSERT_GT(files.size(), 60u);
  std::map<std::string, Seen> seen;
  for (const KnownFile& file : files) {
    if (seen.count(file.capture) == 0) seen[file.capture] = Look(file.capture);
    const std::string outcome = Outcome(file, seen[file.capture]);
    EXPECT_NE(outcome, "") << file.capture << " (" << file.contains << "): " << file.name << " did not come out, and nothing says why";
    if (outcome != "whole") std::cout << file.capture << "\t" << file.name << "\t" << (outcome.empty() ? "MISSING" : outcome) << "\n";
  }
}

TEST_F(Truth, UnmarkedCapturesHaveNoMarking) {
  std::map<std::string, bool> marked;
  for (const KnownFile& file : FilesOfManifest()) marked[file.capture] = marked[file.capture] || file.marked;
  for (const auto& [capture, any] : marked) {
    if (any) continue;
    EXPECT_FALSE(Look(capture).marking) << capture;
  }
}

}  // namespace
}  // namespace sluice::replay
