// The compiler's stages, one file each. They report to `diagnostics` and never stop at the first mistake.
//
// Thread: pure functions over the Program. Allocates: yes (cold path).
#pragma once

#include "rules/compile/program.h"

namespace sluice::compile {

// Rule files of a path, sorted by name, into `sources`.
void CollectSources(const std::vector<std::string>& paths, syntax::SourceSet& sources, syntax::Diagnostics& diagnostics);

// YAML → packs; the files of lists join the sources.
void Parse(syntax::SourceSet& sources, Program& program, syntax::Diagnostics& diagnostics);
// Names → indices; the policy that the packs make together.
void Resolve(Program& program, syntax::Diagnostics& diagnostics);
// What cannot be meant: doubled ids, counts out of reach, detectors without terms.
void Check(const Program& program, syntax::Diagnostics& diagnostics);
// What is probably not meant.
void Lint(const Program& program, syntax::Diagnostics& diagnostics);
// Literals and expressions → byte patterns in every encoding that can carry them.
void Encode(Program& program, syntax::Diagnostics& diagnostics);
// One pattern for the same bytes in several encodings. From here on a pattern's rank is its id.
void Lower(Program& program);
// Expressions → where they cost least: round a literal or a group of digits that each match is proved to hold, if there is one.
void Place(Program& program);
// Every expression on its own, so that a refusal is shown where it stands, and its stream state is known.
void CheckExpressions(Program& program, syntax::Diagnostics& diagnostics);
// Patterns → databases. The only stage that calls hs_compile*, together with CheckExpressions.
void Build(Program& program, syntax::Diagnostics& diagnostics);
// What is too costly, or fires on ordinary text.
void LintCost(const Program& program, syntax::Diagnostics& diagnostics);
// The rules' own examples against the databases; returns how many were tried. Files with examples join the sources.
size_t TryExamples(syntax::SourceSet& sources, const Program& program, syntax::Diagnostics& diagnostics);
// The bundle's bytes.
std::vector<uint8_t> Write(const syntax::SourceSet& sources, const Program& program);

}  // namespace sluice::compile
