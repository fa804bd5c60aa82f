#include "rules/cli/file_scan.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "dataplane/decode/decoder_chain.h"
#include "dataplane/match/mask.h"
#include "rules/compile/memory_scanner.h"
#include "rules/text/character.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using compile::FoundHit;
using compile::MemoryScanner;

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
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return std::nullopt;
  return text;
}

bool Names(const model::Condition& condition, model::DetectorIndex detector) {
  return std::any_of(condition.nodes.begin(), condition.nodes.end(), [&](const model::ConditionNode& node) {
    return node.kind == model::ConditionNode::Kind::kDetector && node.detector == detector;
  });
}

class OneFile {
 public:
  OneFile(const bundle::Bundle& bundle, MemoryScanner& scanner, decode::DecodeRoom& room) : bundle_(bundle), scanner_(scanner), room_(room) {}

  FileOutcome Run(const std::string& path) {
    FileOutcome outcome;
    outcome.path = path;
    const std::optional<std::string> bytes = ReadWhole(path);
    if (!bytes) {
      outcome.problem = "cannot read " + path;
      return outcome;
    }
    outcome.bytes = bytes->size();
    std::vector<FiredRule> inside;
    outcome.unopened = ReadViews(room_, path, ByteView(*bytes), [&](const View& view) {
      std::vector<FiredRule>& fired = view.bytes.data() == ByteView(*bytes).data() ? outcome.fired : inside;
      ScanView(view, fired, outcome);
    });
    outcome.fired.insert(outcome.fired.end(), std::make_move_iterator(inside.begin()), std::make_move_iterator(inside.end()));
    return outcome;
  }

 private:
  // What was found in the bytes is not found again in another reading of them.
  void ScanView(const View& view, std::vector<FiredRule>& fired, FileOutcome& outcome) {
    std::vector<bool> has_fired(bundle_.rules().size());
    if (!view.is_coded) ScanText(view.path, view.bytes, false, has_fired, fired, outcome);
    for (const Reading& reading : view.readings) ScanText(reading.path, ByteView(reading.bytes), true, has_fired, fired, outcome);
  }

  void ScanText(const std::vector<std::string>& path, ByteView text, bool is_reading, std::vector<bool>& has_fired, std::vector<FiredRule>& fired,
                FileOutcome& outcome) {
    const Result<std::vector<FoundHit>> found = scanner_.Scan(text);
    if (!found) {
      outcome.problem = outcome.path + ": " + found.error().message();
      return;
    }
    // What is absent from a reading is not absent from the object.
    if (is_reading && found->empty()) return;
    std::vector<evaluate::Hit> hits;
    for (const FoundHit& f : *found) hits.push_back(f.hit);
    for (uint32_t i = 0; i < bundle_.rules().size(); ++i) {
      if (has_fired[i] || evaluate::Evaluate(bundle_.rules()[i].condition, hits, true) != evaluate::Truth::kTrue) continue;
      has_fired[i] = true;
      fired.push_back(Fired(i, *found, text));
      fired.back().path = path;
    }
  }

  FiredRule Fired(uint32_t rule, const std::vector<FoundHit>& found, ByteView bytes) const {
    const auto concerns = [&](const FoundHit& f) { return Names(bundle_.rules()[rule].condition, f.hit.detector); };
    FiredRule fired;
    fired.rule = rule;
    fired.count = static_cast<size_t>(std::count_if(found.begin(), found.end(), concerns));
    const auto first = std::find_if(found.begin(), found.end(), concerns);
    if (first != found.end()) fired.first = Show(*first, bytes);
    const auto marked = std::find_if(found.begin(), found.end(), [&](const FoundHit& f) { return concerns(f) && f.marking.exists(); });
    if (marked != found.end()) fired.marking = marked->marking;
    return fired;
  }

  ShownHit Show(const FoundHit& found, ByteView bytes) const {
    const model::Pattern& pattern = bundle_.patterns()[found.pattern];
    ShownHit shown;
    shown.detector = found.hit.detector;
    shown.offset = found.hit.begin;
    shown.length = found.hit.end - found.hit.begin;
    shown.encoding = Name(pattern.encoding);
    if (pattern.form != model::TransferForm::kPlain) shown.encoding += "/" + std::string(Name(pattern.form));
    const ByteView matched = bytes.Sub(static_cast<size_t>(shown.offset), static_cast<size_t>(shown.length));
    shown.masked = std::string(match::Mask(matched, pattern.encoding, pattern.form).view());
    shown.line = 1 + static_cast<uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(shown.offset), uint8_t{'\n'}));
    return shown;
  }

  const bundle::Bundle& bundle_;
  MemoryScanner& scanner_;
  decode::DecodeRoom& room_;
};

// What one thread works with.
struct Bench {
  MemoryScanner scanner;
  decode::DecodeRoom room;
};

std::optional<Bench> MakeBench(const bundle::Bundle& bundle) {
  Result<MemoryScanner> scanner = MemoryScanner::Open(bundle.databases(), bundle.patterns(), bundle.detectors());
  decode::DecodeOptions options;
  options.max_chains = 1;
  options.max_large_states = options.max_small_states = decode::DecoderChain::kMaxDepth;
  options.extraction.program = extract::ExtractorBesideProgram();
  Result<decode::DecodeRoom> room = decode::DecodeRoom::Create(options);
  if (!scanner || !room.ok()) return std::nullopt;
  return Bench{std::move(scanner).value(), std::move(room).value()};
}

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

std::vector<std::string> FilesOf(const std::vector<std::string>& paths, std::vector<std::string>& problems) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) inside.push_back(it->path().string());
    }
    if (error) problems.push_back("cannot read the folder " + path + ": " + error.message());
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

std::vector<FileOutcome> ScanFiles(const bundle::Bundle& bundle, const std::vector<std::string>& files) {
  // Without its table an encoding's matches are shown as marks alone, which says less but not more than it may.
  for (const model::Pattern& pattern : bundle.patterns()) static_cast<void>(text::PrepareCharacters(pattern.encoding).ok());
  std::vector<FileOutcome> outcomes(files.size());
  tbb::enumerable_thread_specific<std::optional<Bench>> benches;
  Progress progress(files.size());
  tbb::parallel_for(size_t{0}, files.size(), [&](size_t i) {
    std::optional<Bench>& bench = benches.local();
    if (!bench) bench = MakeBench(bundle);
    if (bench) {
      outcomes[i] = OneFile(bundle, bench->scanner, bench->room).Run(files[i]);
    } else {
      outcomes[i].path = files[i];
      outcomes[i].problem = "the policy's databases cannot be opened";
    }
    progress.Step();
  });
  return outcomes;
}

}  // namespace sluice::cli
