#include <algorithm>
#include <set>
#include <variant>

#include "rules/compile/expression.h"
#include "rules/compile/hex.h"
#include "rules/compile/letter_case.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using syntax::Code;
using syntax::Diagnostics;

constexpr size_t kLongestId = 128;
// Of one literal or expression, in bytes. The longest that people write have some hundreds.
constexpr size_t kLongestTerm = 16384;
constexpr uint64_t kMostWrittenOut = 20'000;
// Of all detectors together; each becomes about twenty patterns.
constexpr size_t kMostTerms = 250'000;

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

void CheckLength(const syntax::Located<std::string>& term, const char* what, Diagnostics& diagnostics) {
  if (term.value.size() <= kLongestTerm) return;
  diagnostics.Error(Code::kTermTooLong, term.at, std::string(what) + " has " + std::to_string(term.value.size()) + " bytes, at most " + std::to_string(kLongestTerm) + " are possible",
                    "look for a part of it that is characteristic");
}

// Characters that an expression stands for once its counted repetitions are written out; one repetition of a single class is
// one, since the matcher counts such without writing them out.
uint64_t WrittenOut(const Expression& expression, bool inside_repeat) {
  uint64_t size = 0;
  for (const Expression& part : expression.parts) size += WrittenOut(part, inside_repeat || expression.kind == Expression::Kind::kRepeat);
  if (expression.kind == Expression::Kind::kSet) return 1;
  if (expression.kind != Expression::Kind::kRepeat) return size;
  const bool is_class = expression.parts.front().kind == Expression::Kind::kSet;
  if (is_class && !inside_repeat) return 1;
  const uint64_t times = expression.max == Expression::kUnbounded ? std::max<uint64_t>(expression.min, 1) : std::max<uint64_t>(expression.max, 1);
  return std::min<uint64_t>(size, UINT32_MAX) * times;
}

// Building such a database takes minutes and more, and ends in a refusal at best.
void CheckSize(const syntax::Located<std::string>& term, bool ignore_case, Diagnostics& diagnostics) {
  const auto parsed = ParseExpression(FromUtf8(term.value), ignore_case);
  const auto* expression = std::get_if<Expression>(&parsed);
  if (expression == nullptr) return;  // reported where it is encoded
  const uint64_t size = WrittenOut(*expression, false);
  if (size <= kMostWrittenOut) return;
  diagnostics.Error(Code::kExpressionRefused, term.at, "this expression is too large: its counted repetitions, written out, have " + std::to_string(size) + " characters, at most " +
                                                           std::to_string(kMostWrittenOut) + " are possible",
                    "a counted repetition within another multiplies; make one of them + or smaller");
}

void CheckLengths(const ResolvedDetector& detector, Diagnostics& diagnostics) {
  for (const syntax::ContentSource& literal : detector.literals) CheckLength(literal.value, "this literal", diagnostics);
  for (const syntax::Located<std::string>& expression : detector.source->expressions) {
    CheckLength(expression, "this expression", diagnostics);
    CheckSize(expression, detector.source->ignore_case, diagnostics);
  }
}

// The one with most terms is named.
void CheckTermCount(const Program& program, Diagnostics& diagnostics) {
  size_t terms = 0, most = 0;
  const syntax::DetectorSource* largest = nullptr;
  for (const ResolvedDetector& detector : program.detectors) {
    const size_t count = detector.literals.size() + detector.source->expressions.size();
    terms += count;
    if (count > most) largest = detector.source;
    most = std::max(most, count);
  }
  if (terms <= kMostTerms) return;
  diagnostics.Error(Code::kPatternCount, largest->at, "the policy has " + std::to_string(terms) + " terms, " + std::to_string(most) + " of them here; at most " + std::to_string(kMostTerms) + " are possible",
                    "look for what the texts have in common, or divide the policy");
}

void CheckHasTerms(const syntax::DetectorSource& detector, Diagnostics& diagnostics) {
  const model::SignatureFilter& signature = detector.signature;
  const bool has_terms = !detector.literals.empty() || !detector.expressions.empty();
  if (signature.is_asked() && has_terms != signature.asks_for_rows()) {
    diagnostics.Error(Code::kBadSignature, detector.at,
                      has_terms ? "a signature that asks for no 'columns' has nothing to do with literals or a regex" : "a signature that asks for 'columns' has nothing that says where to look",
                      has_terms ? "make it two detectors and join them with 'all'" : "add literals or a regex that find the values of one column");
  }
  const int others = (signature.percent > 0) + (signature.bytes > 0) + (signature.run > 0) + signature.whole;
  if ((signature.left.is_asked() && others > 0) || (signature.whole && others > 1) || (signature.asks_for_rows() && (others > 0 || signature.left.is_asked()))) {
    diagnostics.Error(Code::kBadSignature, detector.at, "'left', 'whole', 'columns' and the amounts of one document cannot be asked for together", "make them detectors of their own and join them with 'all' or 'any'");
  }
  if (signature.is_asked()) return;
  if (!has_terms) {
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

bool IsForAllTraffic(const model::Scope& scope) {
  return scope.direction == model::Direction::kBoth && scope.sources.empty() && scope.destinations.empty() && scope.applications.empty() &&
         scope.media_types.empty() && scope.clients.empty() && scope.min_bytes == 0 && scope.max_bytes == UINT64_MAX;
}

bool CannotMeet(const model::Scope& a, const model::Scope& b) {
  const bool opposite = a.direction != b.direction && a.direction != model::Direction::kBoth && b.direction != model::Direction::kBoth;
  return opposite || a.min_bytes > b.max_bytes || b.min_bytes > a.max_bytes;
}

void CheckExceptions(const syntax::RuleSource& source, const model::Rule& rule, Diagnostics& diagnostics) {
  for (size_t i = 0; i < rule.exceptions.size(); ++i) {
    const model::Scope& scope = rule.exceptions[i].scope;
    if (IsForAllTraffic(scope)) {
      diagnostics.Error(Code::kContradiction, source.exceptions[i].at, "this exception is for all traffic, so rule '" + rule.id + "' could never fire",
                        "say in its 'scope' for what it is, or remove the rule");
    } else if (CannotMeet(scope, rule.scope)) {
      diagnostics.Error(Code::kContradiction, source.exceptions[i].at, "this exception and the scope of rule '" + rule.id + "' have no traffic in common",
                        "compare 'direction', 'min_bytes' and 'max_bytes' of both");
    }
  }
}

void CheckRules(const Program& program, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  for (size_t i = 0; i < program.rules.size(); ++i) {
    const syntax::RuleSource& rule = *program.rules[i];
    CheckCondition(rule.condition, 1, diagnostics);
    CheckMediaTypes(rule.scope, diagnostics);
    CheckExceptions(rule, program.policy.rules[i], diagnostics);
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
    CheckLengths(detector, diagnostics);
  }
  CheckTermCount(program, diagnostics);
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
