#include "rules/compile/stages.h"

namespace sluice::compile {

void Lint(const Program& program, syntax::Diagnostics& diagnostics) {
  for (const syntax::RuleSource* rule : program.rules) {
    if (rule->match.empty()) {
      diagnostics.Warning(syntax::Code::kNoExamples, rule->id.at, "rule '" + rule->id.value + "' has no match example, so nothing shows that it works",
                          "add 'match:' with a text that it must find");
    }
  }
}

}  // namespace sluice::compile
