// `sluicec scan`: the policy over files at rest. Each file is one object, looked at as it lies on the disk; what needs
// decoding (archives, documents) is the data plane's. One finding a line, in the order of the files.
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "rules/bundle/key_file.h"
#include "rules/cli/commands.h"
#include "rules/cli/report.h"
#include "rules/compile/memory_scanner.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using compile::FoundHit;
using compile::MemoryScanner;
using nlohmann::ordered_json;

struct Outcome {
  std::string lines;
  std::string problem;
};

std::vector<std::string> FilesOf(const std::vector<std::string>& paths, std::string& problem) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) inside.push_back(it->path().string());
    }
    if (error) problem += "cannot read the folder " + path + ": " + error.message() + "\n";
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

std::optional<std::string> ReadWhole(const std::string& path) {
  if (path == "-") {
    std::string text;
    std::vector<char> block(1 << 16);
    for (ssize_t n = ::read(STDIN_FILENO, block.data(), block.size()); n > 0; n = ::read(STDIN_FILENO, block.data(), block.size())) {
      text.append(block.data(), static_cast<size_t>(n));
    }
    return text;
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class FileScan {
 public:
  FileScan(const bundle::Bundle& bundle, MemoryScanner& scanner) : bundle_(bundle), scanner_(scanner) {}

  Outcome Run(const std::string& path) {
    const std::optional<std::string> bytes = ReadWhole(path);
    if (!bytes) return {"", "cannot read " + path + "\n"};
    const Result<std::vector<FoundHit>> found = scanner_.Scan(ByteView(*bytes));
    if (!found) return {"", path + ": " + found.error().message() + "\n"};
    std::vector<evaluate::Hit> hits;
    for (const FoundHit& f : *found) hits.push_back(f.hit);
    Outcome outcome;
    for (const model::Rule& rule : bundle_.rules()) {
      if (evaluate::Evaluate(rule.condition, hits, true) == evaluate::Truth::kTrue) outcome.lines += Record(rule, *found, path, bytes->size()) + "\n";
    }
    return outcome;
  }

 private:
  static bool Names(const model::Condition& condition, model::DetectorIndex detector) {
    return std::any_of(condition.nodes.begin(), condition.nodes.end(), [&](const model::ConditionNode& node) {
      return node.kind == model::ConditionNode::Kind::kDetector && node.detector == detector;
    });
  }

  std::string Record(const model::Rule& rule, const std::vector<FoundHit>& found, const std::string& path, size_t bytes) const {
    const auto concerns = [&](const FoundHit& f) { return Names(rule.condition, f.hit.detector); };
    const auto first = std::find_if(found.begin(), found.end(), concerns);
    ordered_json record;
    record["event"] = "finding";
    record["schema"] = 1;
    record["policy"] = {{"digest", bundle_.digest()}};
    record["rule"] = rule.id;
    record["severity"] = Name(rule.severity);
    record["verdict"] = Name(rule.action);
    record["action"] = "reported";
    record["confidence"] = rule.confidence;
    record["count"] = std::count_if(found.begin(), found.end(), concerns);
    record["object"] = {{"name", path}, {"bytes", bytes}, {"path", {"file"}}};
    // A rule that fires because something is absent has no hit to show.
    if (first != found.end()) {
      const model::Pattern& pattern = bundle_.patterns()[first->pattern];
      std::string encoding(Name(pattern.encoding));
      if (pattern.form != model::TransferForm::kPlain) encoding += "/" + std::string(Name(pattern.form));
      record["detector"] = bundle_.detectors()[first->hit.detector].id;
      record["match"] = {{"masked", "****"}, {"offset", first->hit.begin}, {"length", first->hit.end - first->hit.begin}, {"encoding", encoding}};
    }
    return record.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }

  const bundle::Bundle& bundle_;
  MemoryScanner& scanner_;
};

// Redrawn in place, and only where somebody watches.
class Progress {
 public:
  explicit Progress(size_t total) : total_(total), shown_(::isatty(STDERR_FILENO) == 1) {}
  void Step() {
    const size_t done = ++done_;
    if (shown_ && (done % 64 == 0 || done == total_)) std::fprintf(stderr, "\r%zu of %zu files%s", done, total_, done == total_ ? "\n" : "");
  }

 private:
  size_t total_;
  bool shown_;
  std::atomic<size_t> done_{0};
};

}  // namespace

int RunScan(const std::string& policy, const std::vector<std::string>& paths, const std::vector<std::string>& keys) {
  const Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(keys);
  if (!trusted) return Fail(trusted.error());
  const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Load(policy, *trusted);
  if (!bundle) return Fail(bundle.error());
  std::string problems;
  const std::vector<std::string> files = FilesOf(paths, problems);
  std::vector<Outcome> outcomes(files.size());
  tbb::enumerable_thread_specific<std::optional<MemoryScanner>> scanners;
  Progress progress(files.size());
  tbb::parallel_for(size_t{0}, files.size(), [&](size_t i) {
    std::optional<MemoryScanner>& scanner = scanners.local();
    if (!scanner) {
      Result<MemoryScanner> opened = MemoryScanner::Open((*bundle)->databases(), (*bundle)->patterns(), (*bundle)->detectors());
      if (opened) scanner.emplace(std::move(opened).value());
    }
    outcomes[i] = scanner ? FileScan(**bundle, *scanner).Run(files[i]) : Outcome{"", "the policy's databases cannot be opened\n"};
    progress.Step();
  });
  for (const Outcome& outcome : outcomes) {
    std::fputs(outcome.lines.c_str(), stdout);
    problems += outcome.problem;
  }
  std::fputs(problems.c_str(), stderr);
  return problems.empty() ? 0 : 1;
}

}  // namespace sluice::cli
