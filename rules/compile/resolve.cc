#include <algorithm>
#include <map>
#include <set>

#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using model::ConditionNode;
using syntax::Code;
using syntax::Diagnostics;

class Resolver {
 public:
  Resolver(Program& program, Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics) {}

  void Run() {
    NameDetectors();
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::RuleSource& rule : pack.rules) ResolveRule(rule);
    }
    ResolveFail();
    ReportUnused();
  }

 private:
  void NameDetectors() {
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::DetectorSource& detector : pack.detectors) {
        if (!named_.emplace(detector.id.value, &detector).second) {
          diagnostics_.Error(Code::kDuplicateDetector, detector.id.at, "a detector called '" + detector.id.value + "' is already defined",
                             "names are shared by all packs of a policy; give this one another");
        }
      }
    }
  }

  // Detectors get their index when a rule first uses them, so that unused ones cost nothing.
  model::DetectorIndex IndexOf(const syntax::DetectorSource& source, std::string id) {
    const auto [it, is_new] = index_.emplace(&source, static_cast<model::DetectorIndex>(program_.detectors.size()));
    if (is_new) {
      model::Detector detector;
      detector.id = std::move(id);
      detector.kind = source.literals.empty() ? model::DetectorKind::kExpressions : model::DetectorKind::kLiterals;
      detector.term_count = static_cast<uint32_t>(source.literals.size() + source.expressions.size());
      program_.policy.detectors.push_back(std::move(detector));
      program_.detectors.push_back(&source);
    }
    return it->second;
  }

  const syntax::DetectorSource* FindNamed(const syntax::Located<std::string>& reference) {
    const auto it = named_.find(reference.value);
    if (it != named_.end()) return it->second;
    std::vector<std::string_view> names;
    for (const auto& [name, source] : named_) names.push_back(name);
    const std::string nearest = syntax::NearestName(reference.value, names);
    diagnostics_.Error(Code::kUnknownDetector, reference.at, "no detector is called '" + reference.value + "'",
                       nearest.empty() ? "define it under 'detectors' of this or another pack" : "did you mean '" + nearest + "'?");
    return nullptr;
  }

  void ResolveRule(const syntax::RuleSource& source) {
    model::Rule rule;
    rule.id = source.id.value;
    rule.title = source.title;
    rule.severity = source.severity;
    rule.confidence = source.confidence;
    rule.action = source.action;
    rule.scope.direction = source.direction;
    rule.condition = ResolveCondition(source);
    program_.policy.rules.push_back(std::move(rule));
    program_.rules.push_back(&source);
  }

  // `detect` with `min_count`: any of the detectors, that often.
  model::Condition ResolveCondition(const syntax::RuleSource& source) {
    model::Condition condition;
    condition.nodes.emplace_back();
    uint32_t inline_rank = 0;
    for (const syntax::DetectorUse& use : source.detect) {
      const syntax::DetectorSource* detector = use.inline_detector ? use.inline_detector.get() : FindNamed(use.reference);
      if (detector == nullptr) continue;
      ConditionNode node;
      node.kind = ConditionNode::Kind::kDetector;
      node.min_count = static_cast<uint32_t>(source.min_count.value);
      node.detector = IndexOf(*detector, use.inline_detector ? source.id.value + "#" + std::to_string(++inline_rank) : use.reference.value);
      condition.nodes.push_back(node);
    }
    condition.nodes[0].size = static_cast<uint32_t>(condition.nodes.size());
    return condition;
  }

  void ResolveFail() {
    std::map<model::FailCause, const syntax::FailSource*> given;
    for (const syntax::PackSource& pack : program_.packs) {
      for (const syntax::FailSource& fail : pack.fail) {
        if (!given.emplace(fail.cause.value, &fail).second) {
          diagnostics_.Error(Code::kConflictingFail, fail.cause.at,
                             "'fail: " + std::string(Name(fail.cause.value)) + "' is already set by another pack");
        }
      }
    }
    for (int i = 0; i < static_cast<int>(model::FailCause::kCount); ++i) {
      const auto cause = static_cast<model::FailCause>(i);
      const auto it = given.find(cause);
      const model::FailMode mode = it != given.end() ? it->second->mode : DefaultFailMode(cause);
      program_.policy.fail.Set(cause, mode);
      if (it == given.end()) defaults_ += (defaults_.empty() ? "" : ", ") + std::string(Name(cause)) + ": " + std::string(Name(mode));
    }
    if (!defaults_.empty() && !program_.packs.empty()) {
      diagnostics_.Note(Code::kFailDefault, {program_.packs[0].file, 0, 0}, "no pack sets these fail modes, so they are " + defaults_,
                        "write them under 'fail:' to make the choice visible");
    }
  }

  void ReportUnused() {
    for (const auto& [name, source] : named_) {
      if (index_.count(source) == 0) diagnostics_.Warning(Code::kUnusedDetector, source->id.at, "no rule uses detector '" + name + "'");
    }
  }

  Program& program_;
  Diagnostics& diagnostics_;
  std::map<std::string, const syntax::DetectorSource*> named_;
  std::map<const syntax::DetectorSource*, model::DetectorIndex> index_;
  std::string defaults_;
};

}  // namespace

void Resolve(Program& program, Diagnostics& diagnostics) { Resolver(program, diagnostics).Run(); }

}  // namespace sluice::compile
