// The linter's second half: what only the built databases can tell. Every warning has its number.
#include <algorithm>
#include <map>
#include <set>

#include "rules/compile/memory_scanner.h"
#include "rules/compile/reference_text.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using syntax::Code;
using syntax::Diagnostics;

// Hits of one detector beyond this in a megabyte keep the data plane busy with confirming them.
constexpr double kManyHitsPerMegabyte = 2000;

// One hit in five bytes: that is not looking for anything.
constexpr double kNearlyEverything = 200'000;

// Fewer in a text as small as ours say nothing about a rate.
constexpr size_t kFewHits = 20;

double PerMegabyte(size_t count, size_t bytes) { return static_cast<double>(count) * 1e6 / static_cast<double>(bytes); }

std::string Rounded(double value) { return std::to_string(static_cast<uint64_t>(value + 0.5)); }

class CostLinter {
 public:
  CostLinter(const Program& program, MemoryScanner scanner, Diagnostics& diagnostics)
      : program_(program), scanner_(std::move(scanner)), diagnostics_(diagnostics) {}

  void Try(const ReferenceText& text) {
    const Result<std::vector<FoundHit>> found = scanner_.Scan(ByteView(text.bytes));
    if (!found) return;
    std::vector<evaluate::Hit> hits;
    std::map<model::DetectorIndex, size_t> counts;
    for (const FoundHit& f : *found) {
      // Conditions never need more of one detector than this.
      if (++counts[f.hit.detector] <= model::kLargestCount) hits.push_back(f.hit);
    }
    for (const auto& [detector, count] : counts) if (count >= kFewHits) WarnOfMany(detector, PerMegabyte(count, text.bytes.size()), text.name);
    for (size_t i = 0; i < program_.rules.size(); ++i) {
      if (evaluate::Evaluate(program_.policy.rules[i].condition, hits, true) != evaluate::Truth::kTrue) continue;
      diagnostics_.Warning(Code::kCommonTerm, program_.rules[i]->id.at, "rule '" + program_.policy.rules[i].id + "' fires on ordinary " + text.name,
                           "detectors that hit: " + NamesOf(program_.policy.rules[i].condition, counts));
    }
  }

 private:
  void WarnOfMany(model::DetectorIndex detector, double rate, const char* where) {
    if (rate < kManyHitsPerMegabyte) return;
    if (rate >= kNearlyEverything) {
      // Said once, however many texts it matches.
      if (!weak_.insert(detector).second) return;
      diagnostics_.Error(Code::kPatternTooWeak, program_.detectors[detector].source->at,
                         "detector '" + program_.policy.detectors[detector].id + "' matches nearly everything: " + Rounded(rate) + " times per megabyte of " + where,
                         "make it ask for more");
      return;
    }
    diagnostics_.Warning(Code::kCommonTerm, program_.detectors[detector].source->at,
                         "detector '" + program_.policy.detectors[detector].id + "' hits " + Rounded(rate) + " times per megabyte of " + where,
                         "each hit must be confirmed; ask for more around it");
  }

  std::string NamesOf(const model::Condition& condition, const std::map<model::DetectorIndex, size_t>& counts) const {
    std::string names;
    for (const model::ConditionNode& node : condition.nodes) {
      const auto it = counts.find(node.detector);
      if (node.kind != model::ConditionNode::Kind::kDetector || it == counts.end()) continue;
      names += (names.empty() ? "" : ", ") + program_.policy.detectors[node.detector].id + " (" + std::to_string(it->second) + ")";
    }
    return names;
  }

  const Program& program_;
  MemoryScanner scanner_;
  Diagnostics& diagnostics_;
  std::set<model::DetectorIndex> weak_;
};

// The expression that needs most state when it stands alone, and how much.
const LoweredPattern* Costliest(const Program& program) {
  const auto it = std::max_element(program.patterns.begin(), program.patterns.end(),
                                   [](const LoweredPattern& a, const LoweredPattern& b) { return a.state_bytes < b.state_bytes; });
  return it == program.patterns.end() ? nullptr : &*it;
}

void CheckState(const Program& program, Diagnostics& diagnostics) {
  uint64_t state = 0;
  for (const BuiltDatabase& database : program.databases) state += database.stream_state_bytes;
  if (state <= program.state_budget.value) return;
  const LoweredPattern* worst = Costliest(program);
  const std::string blame = worst == nullptr || worst->state_bytes == 0
                                ? std::string("many literals together need it")
                                : "detector '" + program.policy.detectors[worst->entry.detector].id + "' needs most, " + std::to_string(worst->state_bytes) + " bytes by itself";
  diagnostics.Error(Code::kStateBudget, worst == nullptr ? program.state_budget.at : worst->at,
                    "the policy needs " + std::to_string(state) + " bytes of stream state per flow and direction, its budget is " + std::to_string(program.state_budget.value),
                    blame + "; replace counted repetitions by 'near', or raise 'budget: {stream_state_bytes: …}'");
}

}  // namespace

void LintCost(const Program& program, Diagnostics& diagnostics) {
  CheckState(program, diagnostics);
  Result<MemoryScanner> scanner = OpenScanner(program);
  if (!scanner) {
    diagnostics.Error(Code::kBuildFailed, {UINT32_MAX, 0, 0}, scanner.error().message());
    return;
  }
  CostLinter linter(program, std::move(scanner).value(), diagnostics);
  for (const ReferenceText& text : ReferenceTexts()) linter.Try(text);
}

}  // namespace sluice::compile
