#include <algorithm>
#include <map>

#include "rules/compile/names.h"
#include "rules/compile/network.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using model::ConditionNode;
using syntax::Code;
using syntax::Diagnostics;

class Resolver {
 public:
  Resolver(Program& program, Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics), names_(program, diagnostics) {}

  void Run() {
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::RuleSource& rule : pack.rules) ResolveRule(rule);
    }
    for (const syntax::PackSource& pack : program_.packs) {
      if (pack.state_budget) program_.state_budget = *pack.state_budget;
    }
    ResolveFail();
    ReportUnused();
  }

 private:
  // Detectors get their index when a rule first uses them, so that unused ones cost nothing.
  model::DetectorIndex IndexOf(const syntax::DetectorSource& source, std::string id) {
    const auto [it, is_new] = index_.emplace(&source, static_cast<model::DetectorIndex>(program_.detectors.size()));
    if (!is_new) return it->second;
    ResolvedDetector resolved{&source, names_.ExpandLists(source)};
    model::Detector detector;
    detector.id = std::move(id);
    detector.kind = source.signature.is_asked() ? model::DetectorKind::kSignature : resolved.literals.empty() ? model::DetectorKind::kExpressions : model::DetectorKind::kLiterals;
    detector.term_count = static_cast<uint32_t>(resolved.literals.size() + source.expressions.size());
    detector.validator = source.validator;
    detector.marking = source.marking;
    detector.signature = source.signature;
    detector.min_entropy_millibits = static_cast<uint32_t>(source.min_entropy * 1000 + 0.5);
    program_.policy.detectors.push_back(std::move(detector));
    program_.detectors.push_back(std::move(resolved));
    return it->second;
  }

  void ResolveRule(const syntax::RuleSource& source) {
    model::Rule rule;
    rule.id = source.id.value;
    rule.title = source.title;
    rule.severity = source.severity;
    rule.confidence = source.confidence;
    rule.action = source.action;
    rule.evidence = source.evidence;
    rule.scope = ResolveScope(source.scope);
    for (const syntax::ExceptionSource& exception : source.exceptions) rule.exceptions.push_back(ResolveException(exception));
    inline_rank_ = 0;
    AddCondition(source.condition, source.id.value, rule.condition);
    program_.policy.rules.push_back(std::move(rule));
    program_.rules.push_back(&source);
  }

  static ConditionNode::Kind KindOf(syntax::ConditionSource::Kind kind) {
    switch (kind) {
      case syntax::ConditionSource::Kind::kDetector: return ConditionNode::Kind::kDetector;
      case syntax::ConditionSource::Kind::kAll: return ConditionNode::Kind::kAll;
      case syntax::ConditionSource::Kind::kAny: return ConditionNode::Kind::kAny;
      case syntax::ConditionSource::Kind::kNot: return ConditionNode::Kind::kNot;
      case syntax::ConditionSource::Kind::kNear: return ConditionNode::Kind::kProximity;
    }
    return ConditionNode::Kind::kAny;
  }

  // Appends the subtree in pre-order. A detector that is not there leaves its node out; the rule is refused in any case.
  void AddCondition(const syntax::ConditionSource& source, const std::string& rule_id, model::Condition& condition) {
    ConditionNode node;
    node.kind = KindOf(source.kind);
    node.min_count = static_cast<uint32_t>(source.min_count.value);
    node.distinct = source.distinct;
    node.where = source.where;
    node.within = static_cast<uint32_t>(source.within);
    if (source.kind == syntax::ConditionSource::Kind::kDetector) {
      const syntax::DetectorUse& use = source.detector;
      if (!use.inline_detector && use.reference.value.empty()) return;  // already reported
      const syntax::DetectorSource* detector = use.inline_detector ? use.inline_detector.get() : names_.FindDetector(use.reference);
      if (detector == nullptr) return;
      node.detector = IndexOf(*detector, use.inline_detector ? rule_id + "#" + std::to_string(++inline_rank_) : use.reference.value);
    }
    const size_t place = condition.nodes.size();
    condition.nodes.push_back(node);
    for (const syntax::ConditionSource& child : source.children) AddCondition(child, rule_id, condition);
    condition.nodes[place].size = static_cast<uint32_t>(condition.nodes.size() - place);
  }

  static std::vector<std::string> Values(const std::vector<syntax::Located<std::string>>& located) {
    std::vector<std::string> values;
    for (const syntax::Located<std::string>& l : located) values.push_back(l.value);
    return values;
  }

  model::Scope ResolveScope(const syntax::ScopeSource& source) {
    model::Scope scope;
    scope.direction = source.direction;
    scope.sources = names_.ResolveBlocks(source.sources);
    scope.destinations = names_.ResolveBlocks(source.destinations);
    scope.applications = Values(source.applications);
    scope.media_types = Values(source.media_types);
    scope.clients = Values(source.clients);
    scope.min_bytes = source.min_bytes;
    scope.max_bytes = source.max_bytes;
    if (scope.min_bytes > scope.max_bytes) {
      diagnostics_.Error(Code::kContradiction, source.at, "min_bytes is larger than max_bytes, so the scope is empty");
      scope.max_bytes = UINT64_MAX;
    }
    return scope;
  }

  model::Exception ResolveException(const syntax::ExceptionSource& source) {
    model::Exception exception;
    exception.reason = source.reason;
    exception.scope = ResolveScope(source.scope);
    const std::optional<int64_t> end = EndOfDayFromText(source.expires.value);
    if (end) {
      exception.expires_unix_seconds = *end;
    } else if (!source.expires.value.empty()) {
      diagnostics_.Error(Code::kBadDate, source.expires.at, "'" + source.expires.value + "' is not a day", "write it as 2027-01-31; the exception holds through that day, UTC");
    }
    return exception;
  }

  void ResolveFail() {
    std::map<model::FailCause, const syntax::FailSource*> given;
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::FailSource& fail : pack.fail) {
        if (!given.emplace(fail.cause.value, &fail).second) {
          diagnostics_.Error(Code::kConflictingFail, fail.cause.at, "'fail: " + std::string(Name(fail.cause.value)) + "' is already set by another pack");
        }
      }
    }
    std::string defaults;
    for (int i = 0; i < static_cast<int>(model::FailCause::kCount); ++i) {
      const auto cause = static_cast<model::FailCause>(i);
      const auto it = given.find(cause);
      const model::FailMode mode = it != given.end() ? it->second->mode : DefaultFailMode(cause);
      program_.policy.fail.Set(cause, mode);
      if (it == given.end()) defaults += (defaults.empty() ? "" : ", ") + std::string(Name(cause)) + ": " + std::string(Name(mode));
    }
    if (!defaults.empty() && !program_.packs.empty()) {
      diagnostics_.Note(Code::kFailDefault, {program_.packs[0].file, 0, 0}, "no pack sets these fail modes, so they are " + defaults,
                        "write them under 'fail:' to make the choice visible");
    }
  }

  void ReportUnused() {
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::DetectorSource& detector : pack.detectors) {
        if (index_.count(&detector) == 0) diagnostics_.Warning(Code::kUnusedDetector, detector.id.at, "no rule uses detector '" + detector.id.value + "'");
      }
    }
  }

  Program& program_;
  Diagnostics& diagnostics_;
  NameTable names_;
  std::map<const syntax::DetectorSource*, model::DetectorIndex> index_;
  uint32_t inline_rank_ = 0;
};

}  // namespace

void Resolve(Program& program, Diagnostics& diagnostics) { Resolver(program, diagnostics).Run(); }

}  // namespace sluice::compile
