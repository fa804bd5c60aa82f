#include <map>
#include <tuple>

#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

// The same bytes in two encodings are one pattern. It needs no alignment if one of the two does not.
void LowerTerms(Program& program) {
  std::map<std::tuple<model::DetectorIndex, std::string, bool>, size_t> seen;
  for (EncodedTerm& term : program.terms) {
    const auto [it, is_new] = seen.emplace(std::tuple(term.detector, term.bytes, term.ignore_case), program.patterns.size());
    if (!is_new) {
      bundle::Pattern& entry = program.patterns[it->second].entry;
      entry.confirm_alignment = entry.confirm_alignment && term.confirm_alignment;
      continue;
    }
    LoweredPattern pattern;
    pattern.entry.detector = term.detector;
    pattern.entry.term = term.term;
    pattern.entry.length = static_cast<uint32_t>(term.bytes.size());
    pattern.entry.encoding = term.encoding;
    pattern.entry.form = term.form;
    pattern.entry.cost = bundle::CostClass::kLiterals;
    pattern.entry.confirm_alignment = term.confirm_alignment;
    pattern.bytes = std::move(term.bytes);
    pattern.ignore_case = term.ignore_case;
    pattern.at = term.at;
    program.patterns.push_back(std::move(pattern));
  }
  program.terms.clear();
}

void LowerExpressions(Program& program) {
  for (model::DetectorIndex i = 0; i < program.detectors.size(); ++i) {
    const syntax::DetectorSource& detector = *program.detectors[i];
    for (uint32_t k = 0; k < detector.expressions.size(); ++k) {
      LoweredPattern pattern;
      pattern.entry.detector = i;
      pattern.entry.term = static_cast<uint32_t>(detector.literals.size()) + k;
      pattern.entry.encoding = model::Encoding::kUtf8;
      pattern.entry.cost = bundle::CostClass::kExpressions;
      pattern.bytes = detector.expressions[k].value;
      pattern.ignore_case = detector.ignore_case;
      pattern.at = detector.expressions[k].at;
      program.patterns.push_back(std::move(pattern));
    }
  }
}

}  // namespace

void Lower(Program& program, syntax::Diagnostics&) {
  LowerTerms(program);
  LowerExpressions(program);
}

}  // namespace sluice::compile
