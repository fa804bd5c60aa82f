// Findings for the tests of incidents.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "control/incident/finding_batch.h"
#include "dataplane/event/record.h"

namespace sluice::incident::testing {

constexpr int64_t kSecond = 1'000'000'000;

struct FindingOf {
  std::string rule = "cn.secret";
  uint8_t client = 1;          // 10.0.0.x
  uint8_t destination = 9;     // 192.0.2.x
  std::string document = "plan.docx";
  uint64_t reference = 0xabc;
  int64_t seconds = 1000;
  model::Severity severity = model::Severity::kHigh;
};

inline event::Record Make(const FindingOf& of) {
  event::Record record;
  event::Reset(record, event::RecordKind::kFinding);
  const uint8_t client[4] = {10, 0, 0, of.client}, destination[4] = {192, 0, 2, of.destination};
  record.time = Timestamp::FromNanoseconds(of.seconds * kSecond);
  record.flow.src = packet::IpAddress::FromV4(client);
  record.flow.dst = packet::IpAddress::FromV4(destination);
  record.flow.dst_port = 443;
  record.flow.app = "http";
  event::Finding& finding = record.body.finding;
  finding.rule.Assign(of.rule);
  finding.severity = of.severity;
  finding.verdict = verdict::Verdict::kBlock;
  finding.action = verdict::ActionTaken::kBlockPage;
  finding.object.name.Assign(of.document);
  finding.incident = of.reference;
  return record;
}

inline std::vector<Draft> Drafts(const std::vector<FindingOf>& findings) {
  FindingBatch batch(1000);
  for (const FindingOf& finding : findings) batch.Add(Make(finding), "{\"event\":\"finding\"}\n", "");
  return batch.Take();
}

// A folder of its own, gone at the end.
class Folder {
 public:
  explicit Folder(const std::string& name) : path_(std::filesystem::temp_directory_path() / ("sluice-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace sluice::incident::testing
