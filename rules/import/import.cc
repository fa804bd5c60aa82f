#include "rules/import/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/visible_text.h"
#include "rules/bundle/bundle.h"
#include "rules/compile/compiler.h"
#include "rules/format/format.h"
#include "rules/import/draft_writer.h"
#include "rules/import/formats.h"

namespace sluice::import {
namespace {

using compile::CompileResult;
using compile::Goal;
using Owner = WrittenDraft::Owner;

// The language's own limit, while it is not known how much is needed.
constexpr uint64_t kLargestState = 65536;
constexpr uint64_t kDefaultState = 512;
constexpr uint64_t kStateStep = 64;

constexpr std::string_view kNames[] = {"gitleaks", "purview", "suricata"};

Result<Draft> Read(Format format, const std::string& text) {
  switch (format) {
    case Format::kGitleaks: return ReadGitleaks(text);
    case Format::kPurview: return ReadPurview(text);
    case Format::kSuricata: return ReadSuricata(text);
    case Format::kCount: break;
  }
  return Error{ErrorCode::kInvalidArgument, "no such format"};
}

bool Uses(const ConditionDraft& condition, const std::string& detector) {
  if (condition.kind == ConditionDraft::Kind::kDetector) return condition.detector == detector;
  return std::any_of(condition.children.begin(), condition.children.end(), [&](const ConditionDraft& child) { return Uses(child, detector); });
}

void RemoveUnusedDetectors(Draft& draft) {
  const auto unused = [&](const DetectorDraft& detector) {
    return std::none_of(draft.rules.begin(), draft.rules.end(), [&](const RuleDraft& rule) { return Uses(rule.condition, detector.id); });
  };
  draft.detectors.erase(std::remove_if(draft.detectors.begin(), draft.detectors.end(), unused), draft.detectors.end());
}

CompileResult TryToCompile(const WrittenDraft& written, Goal goal) {
  syntax::SourceSet sources;
  sources.Add("import.yaml", written.text);
  return compile::CompileSources(std::move(sources), goal);
}

// Rules that an error is about, each with the first thing that was said of it. False where an error belongs to no rule.
bool BlameRules(const Draft& draft, const WrittenDraft& written, const syntax::Diagnostics& diagnostics, std::map<size_t, std::string>& blamed, std::string& other) {
  for (const syntax::Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.level != syntax::Level::kError) continue;
    const Owner owner = written.OwnerOf(diagnostic.at.line);
    const std::string why = CodeName(diagnostic.code) + ": " + diagnostic.message;
    if (owner.kind == Owner::Kind::kNone) other = why;
    if (owner.kind == Owner::Kind::kRule) blamed.emplace(owner.rank, why);
    if (owner.kind != Owner::Kind::kDetector) continue;
    for (size_t i = 0; i < draft.rules.size(); ++i) {
      if (Uses(draft.rules[i].condition, draft.detectors[owner.rank].id)) blamed.emplace(i, why);
    }
  }
  return other.empty() || !blamed.empty();
}

void DropRules(Draft& draft, const std::map<size_t, std::string>& blamed) {
  for (auto it = blamed.rbegin(); it != blamed.rend(); ++it) {
    draft.Lose(Loss::Kind::kRule, draft.rules[it->first].origin, "the rule", it->second);
    draft.rules.erase(draft.rules.begin() + static_cast<std::ptrdiff_t>(it->first));
  }
  RemoveUnusedDetectors(draft);
}

// Takes out what does not compile until the rest does. Each turn takes out at least one rule.
Status Settle(Draft& draft) {
  RemoveUnusedDetectors(draft);
  draft.state_bytes = kLargestState;
  // Forms and expressions first: that is quick, and finds nearly all.
  for (Goal goal = Goal::kCheck; !draft.rules.empty();) {
    const WrittenDraft written = WriteDraft(draft);
    const CompileResult result = TryToCompile(written, goal);
    if (!result.diagnostics.has_errors() && goal == Goal::kCheck) {
      goal = Goal::kCompile;
      continue;
    }
    if (!result.diagnostics.has_errors()) {
      const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Parse({result.bundle.data(), result.bundle.size()});
      if (!bundle) return bundle.error();
      uint64_t state = 0;
      for (const bundle::Database& database : (*bundle)->databases()) state += database.stream_state_bytes;
      draft.state_bytes = state <= kDefaultState ? 0 : (state + kStateStep - 1) / kStateStep * kStateStep;
      return {};
    }
    std::map<size_t, std::string> blamed;
    std::string other;
    if (!BlameRules(draft, written, result.diagnostics, blamed, other)) return Error{ErrorCode::kUnsupported, "what was imported does not compile: " + other};
    DropRules(draft, blamed);
  }
  return Error{ErrorCode::kUnsupported, "no rule of the file could be carried over"};
}

Result<std::string> Canonical(const Draft& draft) {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  sources.Add("import.yaml", WriteDraft(draft).text);
  std::optional<std::string> text = format::Format(sources, 0, diagnostics);
  if (text) return std::move(*text);
  return Error{ErrorCode::kInternal, "the imported pack cannot be written: " + (diagnostics.all().empty() ? std::string() : diagnostics.all()[0].message)};
}

std::string_view KindText(Loss::Kind kind) {
  switch (kind) {
    case Loss::Kind::kRule: return "not carried over";
    case Loss::Kind::kPart: return "lost";
    case Loss::Kind::kApproximate: return "approximated";
  }
  return "?";
}

}  // namespace

std::string_view Name(Format format) { return format < Format::kCount ? kNames[static_cast<size_t>(format)] : "?"; }

std::optional<Format> FormatFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

Result<Imported> Import(Format format, const std::string& text) {
  Result<Draft> draft = Read(format, text);
  if (!draft) return draft.error();
  if (const Status settled = Settle(*draft); !settled) {
    // Why is in the losses; the first of them says most.
    const std::string first = draft->losses.empty() ? "" : " (first: " + draft->losses[0].origin + ": " + draft->losses[0].why + ")";
    return Error{settled.error().code(), settled.error().message() + first};
  }
  Result<std::string> pack = Canonical(*draft);
  if (!pack) return pack.error();
  return Imported{std::move(*pack), std::move(*draft)};
}

std::string WriteReport(const Draft& draft) {
  std::string report;
  std::set<std::string> in_part, lost;
  for (const Loss& loss : draft.losses) {
    const std::string line = (loss.origin.empty() ? "file" : loss.origin) + ": " + std::string(KindText(loss.kind)) + ": " + loss.what + ": " + loss.why;
    report += VisibleText(line) + "\n";
    if (!loss.origin.empty()) (loss.kind == Loss::Kind::kRule ? lost : in_part).insert(loss.origin);
  }
  for (const std::string& origin : lost) in_part.erase(origin);
  const size_t whole = draft.found - std::min(draft.found, in_part.size() + lost.size());
  return report + std::to_string(draft.found) + " rules found: " + std::to_string(whole) + " carried over whole, " + std::to_string(in_part.size()) + " with losses, " +
         std::to_string(lost.size()) + " not at all\n";
}

}  // namespace sluice::import
