// ReadPack: from the tree of a YAML file to the syntax tree of the rule language. Knows every key and every type.
//
// Thread: pure. Allocates: yes (cold path). Failure: diagnostics; what could be read is returned, so that later stages
// can find more mistakes in the same run.
#pragma once

#include "rules/syntax/diagnostic.h"
#include "rules/syntax/node.h"
#include "rules/syntax/pack.h"

namespace sluice::syntax {

PackSource ReadPack(const Node& root, Diagnostics& diagnostics);

}  // namespace sluice::syntax
