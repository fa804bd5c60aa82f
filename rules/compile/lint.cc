#include <algorithm>
#include <chrono>
#include <map>

#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using syntax::Code;
using syntax::Diagnostics;

void LintExamples(const syntax::RuleSource& rule, bool asks_for_signature, Diagnostics& diagnostics) {
  // Documents are registered where the policy is used; no example can stand for them.
  if (!rule.match.empty() || asks_for_signature) return;
  diagnostics.Warning(Code::kNoExamples, rule.id.at, "rule '" + rule.id.value + "' has no match example, so nothing shows that it works",
                      "add 'match:' with a text that it must find");
}

void LintExceptions(const syntax::RuleSource& source, const model::Rule& rule, bool from_bundle, Diagnostics& diagnostics) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (size_t i = 0; i < rule.exceptions.size(); ++i) {
    const int64_t expires = rule.exceptions[i].expires_unix_seconds;
    if (expires == 0 || expires > now) continue;
    const auto report = from_bundle ? &Diagnostics::Warning : &Diagnostics::Error;
    (diagnostics.*report)(Code::kExpiredException, source.exceptions[i].expires.at, "this exception of rule '" + rule.id + "' expired on " + source.exceptions[i].expires.value,
                          "remove it, or renew it with a reason that is still true");
  }
}

// Everything of a rule that decides when it fires.
std::string Meaning(const model::Rule& rule) {
  std::string text = std::to_string(static_cast<int>(rule.scope.direction)) + "/" + std::to_string(rule.scope.min_bytes) + "/" + std::to_string(rule.scope.max_bytes);
  const auto add_names = [&text](const std::vector<std::string>& names) {
    text += ";";
    for (const std::string& name : names) text += name + ",";
  };
  const auto add_blocks = [&text](const std::vector<model::AddressBlock>& blocks) {
    text += ";";
    for (const model::AddressBlock& block : blocks) text += std::string(block.address.begin(), block.address.end()) + std::to_string(block.prefix_bits) + ",";
  };
  add_names(rule.scope.applications);
  add_names(rule.scope.media_types);
  add_names(rule.scope.clients);
  add_blocks(rule.scope.sources);
  add_blocks(rule.scope.destinations);
  for (const model::ConditionNode& n : rule.condition.nodes) {
    for (const uint32_t v : {static_cast<uint32_t>(n.kind), uint32_t{n.where}, uint32_t{n.distinct}, n.min_count, n.within, n.detector, n.size}) text += std::to_string(v) + " ";
  }
  return text;
}

void LintDoubles(const Program& program, Diagnostics& diagnostics) {
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < program.rules.size(); ++i) {
    const auto [it, is_new] = seen.emplace(Meaning(program.policy.rules[i]), i);
    if (is_new) continue;
    diagnostics.Warning(Code::kSameMeaning, program.rules[i]->id.at, "rule '" + program.policy.rules[i].id + "' fires exactly when rule '" + program.policy.rules[it->second].id + "' does",
                        "keep the one with the right action and severity");
  }
}

}  // namespace

void Lint(const Program& program, Diagnostics& diagnostics) {
  for (size_t i = 0; i < program.rules.size(); ++i) {
    const model::Condition& condition = program.policy.rules[i].condition;
    const bool asks_for_signature = std::any_of(condition.nodes.begin(), condition.nodes.end(), [&](const model::ConditionNode& node) {
      return node.kind == model::ConditionNode::Kind::kDetector && node.detector < program.policy.detectors.size() && program.policy.detectors[node.detector].signature.is_asked();
    });
    LintExamples(*program.rules[i], asks_for_signature, diagnostics);
    LintExceptions(*program.rules[i], program.policy.rules[i], program.from_bundle, diagnostics);
  }
  LintDoubles(program, diagnostics);
}

}  // namespace sluice::compile
