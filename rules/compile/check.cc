#include <algorithm>
#include <set>

#include "rules/compile/hex.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using syntax::Code;
using syntax::Diagnostics;

constexpr size_t kLongestId = 128;

bool IsIdPart(std::string_view part) {
  return !part.empty() && part.front() != '-' && part.back() != '-' && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Number of parts between dots; 0 where the id does not have the form of one.
size_t IdParts(std::string_view id) {
  if (id.size() > kLongestId) return 0;
  size_t parts = 0;
  for (size_t begin = 0; begin <= id.size();) {
    const size_t end = std::min(id.find('.', begin), id.size());
    if (!IsIdPart(id.substr(begin, end - begin))) return 0;
    ++parts;
    begin = end + 1;
  }
  return parts;
}

void CheckIds(const Program& program, Diagnostics& diagnostics) {
  std::set<std::string_view> seen;
  for (const syntax::RuleSource* rule : program.rules) {
    const syntax::Located<std::string>& id = rule->id;
    if (id.value.empty()) continue;  // already reported as missing
    if (IdParts(id.value) < 2) {
      diagnostics.Error(Code::kBadIdentifier, id.at, "'" + id.value + "' cannot be a rule's id",
                        "use lowercase letters, digits and hyphens in parts joined by dots, a family first: cn.state-secret.mark");
    }
    if (!seen.insert(id.value).second) diagnostics.Error(Code::kDuplicateRule, id.at, "a rule with the id '" + id.value + "' is already defined");
  }
  for (const syntax::PackSource& pack : program.packs) {
    for (const syntax::DetectorSource& detector : pack.detectors) {
      if (IdParts(detector.id.value) == 0) {
        diagnostics.Error(Code::kBadIdentifier, detector.id.at, "'" + detector.id.value + "' cannot be a detector's name",
                          "use lowercase letters, digits and hyphens, in parts joined by dots where that helps");
      }
    }
  }
}

void CheckLiterals(const std::vector<syntax::ContentSource>& literals, Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (const syntax::ContentSource& literal : literals) {
    const bool is_hex = literal.kind == syntax::ContentSource::Kind::kHex;
    if (is_hex && !BytesFromHex(literal.value.value)) {
      diagnostics.Error(Code::kBadHex, literal.value.at, "this is not hexadecimal", "write pairs of hexadecimal digits: {hex: \"c3d8 c3dc\"}");
    }
    if (!seen.insert((is_hex ? "x" : "t") + literal.value.value).second) {
      diagnostics.Warning(Code::kDuplicateTerm, literal.value.at, "this literal is already in the detector");
    }
  }
}

void CheckHasTerms(const syntax::DetectorSource& detector, Diagnostics& diagnostics) {
  if (detector.literals.empty() && detector.expressions.empty()) {
    diagnostics.Error(Code::kDetectorWithoutTerms, detector.at, "this detector has nothing to look for", "give it 'literals' or 'regex'");
  }
}

void CheckCondition(const syntax::ConditionSource& condition, uint32_t depth, Diagnostics& diagnostics) {
  using Kind = syntax::ConditionSource::Kind;
  if (depth > model::kMaxConditionDepth) {
    diagnostics.Error(Code::kBadCondition, condition.at, "conditions are nested deeper than " + std::to_string(model::kMaxConditionDepth));
    return;
  }
  if (condition.kind == Kind::kAny && condition.min_count.value > condition.children.size() && !condition.children.empty()) {
    diagnostics.Error(Code::kCountUnreachable, condition.min_count.at,
                      "at least " + std::to_string(condition.min_count.value) + " of " + std::to_string(condition.children.size()) + " can never hold");
  }
  for (const syntax::ConditionSource& child : condition.children) {
    if (condition.kind == Kind::kNear && child.kind != Kind::kDetector) {
      diagnostics.Error(Code::kBadCondition, child.at, "'near' takes detectors only", "combine detectors that stand near each other with 'all' round 'near'");
    }
    CheckCondition(child, depth + 1, diagnostics);
  }
}

void CheckMediaTypes(const syntax::ScopeSource& scope, Diagnostics& diagnostics) {
  for (const syntax::Located<std::string>& type : scope.media_types) {
    const size_t slash = type.value.find('/');
    if (slash == 0 || slash == type.value.npos || slash + 1 == type.value.size()) {
      diagnostics.Error(Code::kUnknownWord, type.at, "'" + type.value + "' is not a media type", "write it as application/pdf, or image/* for all of a kind");
    }
  }
}

void CheckRules(const Program& program, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  for (size_t i = 0; i < program.rules.size(); ++i) {
    const syntax::RuleSource& rule = *program.rules[i];
    CheckCondition(rule.condition, 1, diagnostics);
    CheckMediaTypes(rule.scope, diagnostics);
    for (const syntax::ExceptionSource& exception : rule.exceptions) CheckMediaTypes(exception.scope, diagnostics);
    const auto detectors = static_cast<uint32_t>(program.policy.detectors.size());
    // What the language lets through must hold together as the data plane wants it.
    if (errors == diagnostics.error_count() && !diagnostics.has_errors() && !IsWellFormed(program.policy.rules[i].condition, detectors)) {
      diagnostics.Error(Code::kBadCondition, rule.condition.at, "the condition does not hold together");
    }
  }
}

}  // namespace

void Check(const Program& program, Diagnostics& diagnostics) {
  CheckIds(program, diagnostics);
  std::set<const syntax::DetectorSource*> seen;
  for (const ResolvedDetector& detector : program.detectors) {
    seen.insert(detector.source);
    CheckHasTerms(*detector.source, diagnostics);
    CheckLiterals(detector.literals, diagnostics);
  }
  for (const syntax::PackSource& pack : program.packs) {
    for (const syntax::DetectorSource& detector : pack.detectors) {
      if (seen.insert(&detector).second) CheckHasTerms(detector, diagnostics);
    }
  }
  CheckRules(program, diagnostics);
  if (program.policy.rules.empty() && !diagnostics.has_errors()) {
    diagnostics.Error(Code::kNoRules, {program.packs.empty() ? UINT32_MAX : program.packs[0].file, 0, 0}, "the policy has no rules");
  }
}

}  // namespace sluice::compile
