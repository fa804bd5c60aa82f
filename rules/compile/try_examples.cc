#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "rules/compile/charset.h"
#include "rules/compile/hex.h"
#include "rules/compile/memory_scanner.h"
#include "rules/compile/stages.h"
#include "rules/marking/describe.h"

namespace sluice::compile {
namespace {

using model::Encoding;
using syntax::Code;
using syntax::ContentSource;
using syntax::Diagnostics;

class ExampleRunner {
 public:
  ExampleRunner(syntax::SourceSet& sources, const Program& program, MemoryScanner scanner, Diagnostics& diagnostics)
      : sources_(sources), program_(program), scanner_(std::move(scanner)), diagnostics_(diagnostics) {}

  size_t Run() {
    for (size_t i = 0; i < program_.rules.size(); ++i) {
      for (const ContentSource& example : program_.rules[i]->match) TryMatch(i, example);
      for (const ContentSource& example : program_.rules[i]->no_match) TryNoMatch(i, example);
    }
    return tried_;
  }

 private:
  std::optional<std::string> BytesOf(const ContentSource& example) {
    if (example.kind == ContentSource::Kind::kText) return example.value.value;
    if (example.kind == ContentSource::Kind::kHex) {
      std::optional<std::string> bytes = BytesFromHex(example.value.value);
      if (!bytes) diagnostics_.Error(Code::kBadHex, example.value.at, "this is not hexadecimal", "write pairs of hexadecimal digits");
      return bytes;
    }
    const std::filesystem::path beside = sources_.file(example.value.at.file).name();
    const Result<uint32_t> file = sources_.Open((beside.parent_path() / example.value.value).string(), model::SourceKind::kExample);
    if (file) return sources_.file(*file).text();
    diagnostics_.Error(Code::kCannotRead, example.value.at, file.error().message(), "paths are relative to the pack");
    return std::nullopt;
  }

  std::vector<FoundHit> HitsIn(const std::string& bytes, const syntax::Position& at) {
    ++tried_;
    Result<std::vector<FoundHit>> found = scanner_.Scan(ByteView(bytes));
    if (found) return std::move(found).value();
    diagnostics_.Error(Code::kBuildFailed, at, found.error().message());
    return {};
  }

  bool Fires(size_t rule, const std::vector<FoundHit>& found) const {
    std::vector<evaluate::Hit> hits;
    // An example stands wherever its rule looks.
    for (const FoundHit& f : found) hits.emplace_back(f.hit).where = model::Where::kAnywhere;
    return evaluate::Evaluate(program_.policy.rules[rule].condition, hits, true) == evaluate::Truth::kTrue;
  }

  // Encodings into which a text that fired must also be tried: those in which every term that was found has a pattern. Of a
  // term with expressions a literal is one spelling only, and need not be that of the example.
  std::set<Encoding> EncodingsOf(const std::vector<FoundHit>& found) const {
    struct Carried {
      std::set<Encoding> literals, expressions;
      bool In(Encoding encoding) const { return (expressions.empty() ? literals : expressions).count(encoding) != 0; }
    };
    std::map<std::pair<model::DetectorIndex, uint32_t>, Carried> of_term;
    for (const FoundHit& f : found) {
      if (program_.patterns[f.pattern].entry.form == model::TransferForm::kPlain) of_term[{f.hit.detector, f.hit.term}];
    }
    // Escaped text is ASCII whatever it is put into; there is nothing more to try.
    if (of_term.empty()) return {};
    for (const LoweredPattern& pattern : program_.patterns) {
      const auto it = of_term.find({pattern.entry.detector, pattern.entry.term});
      if (it == of_term.end() || pattern.entry.form != model::TransferForm::kPlain) continue;
      (pattern.entry.cost == model::CostClass::kLiterals ? it->second.literals : it->second.expressions).insert(pattern.entry.encoding);
    }
    std::set<Encoding> encodings;
    for (int i = 0; i < static_cast<int>(Encoding::kCount); ++i) {
      const auto encoding = static_cast<Encoding>(i);
      if (std::all_of(of_term.begin(), of_term.end(), [&](const auto& term) { return term.second.In(encoding); })) encodings.insert(encoding);
    }
    return encodings;
  }

  void TryMatch(size_t rule, const ContentSource& example) {
    const std::optional<std::string> bytes = BytesOf(example);
    if (!bytes) return;
    const std::vector<FoundHit> found = HitsIn(*bytes, example.value.at);
    if (!Fires(rule, found)) return ReportMissed(rule, example, "as written", found);
    if (example.kind != ContentSource::Kind::kText) return;
    std::string missed;
    std::vector<FoundHit> last;
    for (const Encoding encoding : EncodingsOf(found)) {
      const std::optional<std::string> encoded = charsets_.Encode(*bytes, encoding);
      if (!encoded) continue;
      std::vector<FoundHit> hits = HitsIn(*encoded, example.value.at);
      if (Fires(rule, hits)) continue;
      AppendName(missed, Name(encoding));
      last = std::move(hits);
    }
    if (!missed.empty()) ReportMissed(rule, example, "in " + missed, last);
  }

  void TryNoMatch(size_t rule, const ContentSource& example) {
    const std::optional<std::string> bytes = BytesOf(example);
    if (!bytes) return;
    std::string fired_in;
    std::vector<FoundHit> first;
    const auto attempt = [&](const std::string& text, std::string_view how) {
      const std::vector<FoundHit> found = HitsIn(text, example.value.at);
      if (!Fires(rule, found)) return;
      if (fired_in.empty()) first = found;
      AppendName(fired_in, how);
    };
    attempt(*bytes, "as written");
    for (int i = 0; example.kind == ContentSource::Kind::kText && i < static_cast<int>(Encoding::kCount); ++i) {
      const std::optional<std::string> encoded = charsets_.Encode(*bytes, static_cast<Encoding>(i));
      if (encoded && *encoded != *bytes) attempt(*encoded, Name(static_cast<Encoding>(i)));
    }
    if (fired_in.empty()) return;
    diagnostics_.Error(Code::kExampleFound, example.value.at,
                       "rule '" + program_.policy.rules[rule].id + "' fires on its no_match example, tried " + fired_in,
                       HitsInWords(rule, first));
  }

  // What each detector of the rule found: "acme.word#1: 2 hits, the first at byte 7, read as CN 机密, 10年; acme.date: no hit".
  std::string HitsInWords(size_t rule, const std::vector<FoundHit>& found) const {
    std::set<model::DetectorIndex> detectors;
    for (const model::ConditionNode& node : program_.policy.rules[rule].condition.nodes) {
      if (node.kind == model::ConditionNode::Kind::kDetector) detectors.insert(node.detector);
    }
    std::string words;
    for (const model::DetectorIndex detector : detectors) {
      const auto is_its = [detector](const FoundHit& f) { return f.hit.detector == detector; };
      const auto hits = std::count_if(found.begin(), found.end(), is_its);
      words += (words.empty() ? "" : "; ") + program_.policy.detectors[detector].id + ": ";
      if (hits == 0) words += "no hit";
      if (hits == 0) continue;
      const FoundHit& first = *std::find_if(found.begin(), found.end(), is_its);
      words += std::to_string(hits) + (hits == 1 ? " hit, at byte " : " hits, the first at byte ") + std::to_string(first.hit.begin);
      if (first.marking.exists()) words += ", read as " + marking::InOneLine(first.marking);
    }
    return words;
  }

  static void AppendName(std::string& names, std::string_view name) { names += (names.empty() ? "" : ", ") + std::string(name); }

  void ReportMissed(size_t rule, const ContentSource& example, const std::string& how, const std::vector<FoundHit>& found) {
    diagnostics_.Error(Code::kExampleNotFound, example.value.at, "rule '" + program_.policy.rules[rule].id + "' does not find its match example, tried " + how, HitsInWords(rule, found));
  }

  syntax::SourceSet& sources_;
  const Program& program_;
  MemoryScanner scanner_;
  Diagnostics& diagnostics_;
  CharsetEncoder charsets_;
  size_t tried_ = 0;
};

}  // namespace

Result<MemoryScanner> OpenScanner(const Program& program) {
  std::vector<bundle::Database> databases;
  for (const BuiltDatabase& built : program.databases) {
    databases.push_back({built.mode, built.cost, built.pattern_count, built.stream_state_bytes, {built.serialized.data(), built.serialized.size()}});
  }
  std::vector<model::Pattern> patterns;
  for (const LoweredPattern& pattern : program.patterns) patterns.push_back(pattern.entry);
  std::vector<model::Anchor> anchors;
  for (const LoweredAnchor& anchor : program.anchors) anchors.push_back(anchor.entry);
  return MemoryScanner::Open({databases, patterns, anchors, program.policy.detectors});
}

size_t TryExamples(syntax::SourceSet& sources, const Program& program, Diagnostics& diagnostics) {
  Result<MemoryScanner> scanner = OpenScanner(program);
  if (!scanner) {
    diagnostics.Error(Code::kBuildFailed, {UINT32_MAX, 0, 0}, scanner.error().message());
    return 0;
  }
  return ExampleRunner(sources, program, std::move(scanner).value(), diagnostics).Run();
}

}  // namespace sluice::compile
