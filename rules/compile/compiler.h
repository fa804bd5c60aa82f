// Compile: from rule files to a bundle, stage by stage. The order of stages is here and nowhere else:
//
//   Parse → Resolve → Check → Lint → Encode → Lower → Place → Build → TryExamples → Write
//
// A stage runs when those before it found no errors that would mislead it; every diagnostic of the run is kept.
// Thread: one caller. Allocates: yes (cold path). Failure: diagnostics; then there is no bundle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/syntax/diagnostic.h"

namespace sluice::compile {

enum class Goal : uint8_t {
  kCheck,    // everything up to what needs no databases, and each expression on its own
  kTest,     // databases are built in memory and the rules' own examples tried
  kCompile,  // and the bundle's bytes are made
};

struct CompileResult {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  std::vector<uint8_t> bundle;  // empty unless Goal::kCompile and no errors
  size_t rule_count = 0;
  size_t example_count = 0;     // tried, each encoding counted
};

// A path is a pack or a folder, in which every *.yaml and *.yml is a pack.
void CollectSources(const std::vector<std::string>& paths, syntax::SourceSet& sources, syntax::Diagnostics& diagnostics);
CompileResult Compile(const std::vector<std::string>& paths, Goal goal);
// Packs that are already in memory; names are for messages and for {file: …} examples, which are looked up beside them.
CompileResult CompileSources(syntax::SourceSet sources, Goal goal);

// A bundle's own sources, compiled for this machine. What lies on the disk does not matter.
CompileResult Rebuild(const bundle::Bundle& bundle);

// Writes to a temporary beside `path` and renames it: the old file stays, whole, until the new one is.
Status WriteFileAtomically(const std::string& path, ByteView bytes);

}  // namespace sluice::compile
