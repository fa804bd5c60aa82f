#include "rules/compile/compiler.h"

#include <algorithm>

#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

bool IsTooLarge(const syntax::Diagnostics& diagnostics) {
  return std::any_of(diagnostics.all().begin(), diagnostics.all().end(), [](const syntax::Diagnostic& d) {
    const bool is_large_expression = d.code == syntax::Code::kExpressionRefused && d.level == syntax::Level::kError;
    return d.code == syntax::Code::kPatternCount || d.code == syntax::Code::kTermTooLong || is_large_expression;
  });
}

void RunStages(CompileResult& result, Goal goal) {
  Program program;
  program.from_bundle = result.sources.sealed();
  syntax::Diagnostics& diagnostics = result.diagnostics;
  Parse(result.sources, program, diagnostics);
  Resolve(program, diagnostics);
  const size_t errors = diagnostics.error_count();
  Check(program, diagnostics);
  // What is too large must not be multiplied by its encodings.
  if (errors != diagnostics.error_count() && IsTooLarge(diagnostics)) return;
  Lint(program, diagnostics);
  Encode(program, diagnostics);
  Lower(program);
  Place(program);
  CheckExpressions(program, diagnostics);
  result.rule_count = program.policy.rules.size();
  if (goal == Goal::kCheck || diagnostics.has_errors()) return;

  Build(program, diagnostics);
  if (diagnostics.has_errors()) return;
  LintCost(program, diagnostics);
  result.example_count = TryExamples(result.sources, program, diagnostics);
  if (goal == Goal::kCompile && !diagnostics.has_errors()) result.bundle = Write(result.sources, program);
}

}  // namespace

CompileResult CompileSources(syntax::SourceSet sources, Goal goal) {
  CompileResult result;
  result.sources = std::move(sources);
  RunStages(result, goal);
  result.diagnostics.Sort();
  return result;
}

CompileResult Rebuild(const bundle::Bundle& bundle) {
  syntax::SourceSet sources;
  for (const bundle::Source& source : bundle.sources()) sources.Add(source.name, source.text, source.kind);
  sources.Seal();
  return CompileSources(std::move(sources), Goal::kCompile);
}

CompileResult Compile(const std::vector<std::string>& paths, Goal goal) {
  CompileResult result;
  CollectSources(paths, result.sources, result.diagnostics);
  if (!result.diagnostics.has_errors()) RunStages(result, goal);
  result.diagnostics.Sort();
  return result;
}

}  // namespace sluice::compile
