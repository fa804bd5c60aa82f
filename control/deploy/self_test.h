// Self-test: a policy's own sources compiled and its own tests run, beside packets and out of their way.
//
// On one thread with the lowest priority, so that workers that share processors with it hardly notice.
// Thread: the caller waits. Allocates: yes, as the compiler does. Failure: the compiler's diagnostics, as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rules/bundle/bundle.h"
#include "rules/syntax/source.h"

namespace sluice::deploy {

// A pack: its name, which messages show, and its text.
using NamedSource = std::pair<std::string, std::string>;

// Both return the bundle's bytes for this machine, unsigned.
Result<std::vector<uint8_t>> SelfTestBundle(const bundle::Bundle& bundle);
// Packs only: what they name beside them (lists, example files) is not read from the disk; a bundle has it inside.
Result<std::vector<uint8_t>> SelfTestSources(const std::vector<NamedSource>& sources);
// All sources of a policy, with what its packs name beside them.
Result<std::vector<uint8_t>> SelfTestSet(syntax::SourceSet sources);

}  // namespace sluice::deploy
