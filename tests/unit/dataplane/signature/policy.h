// A policy from YAML with sets of registered documents beside it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/compile/compiler.h"
#include "tests/unit/rules/fingerprint/fixture.h"

namespace sluice::test {

inline std::shared_ptr<const bundle::Bundle> PolicyWith(const std::string& yaml, const std::vector<HeldSet>& sets) {
  syntax::SourceSet sources;
  sources.Add("test.yaml", yaml);
  const compile::CompileResult compiled = compile::CompileSources(std::move(sources), compile::Goal::kCompile);
  bundle::OpenSets open;
  for (const HeldSet& held : sets) open.push_back(held.set);
  auto policy = bundle::ParseWithSets({compiled.bundle.data(), compiled.bundle.size()}, open);
  if (!policy.ok()) {
    for (const auto& diagnostic : compiled.diagnostics.all()) std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    std::fprintf(stderr, "%s\n", policy.error().message().c_str());
    std::abort();
  }
  return *policy;
}

// One rule for one detector of the set `designs`, which asks for `filter` (", percent: 20" and the like).
inline std::string SignatureYaml(const std::string& filter, const std::string& action = "alert") {
  return "pack: {id: t, title: T}\ndetectors:\n  designs: {signature: {set: designs" + filter + "}}\nrules:\n  - {id: test.design, title: A design, severity: high, action: " + action +
         ", scope: {direction: upload}, detect: designs}\n";
}

}  // namespace sluice::test
