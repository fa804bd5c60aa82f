// WriteSchema: the JSON Schema (2020-12) of a pack, for editors that complete and check while one types.
//
// Made from the table of language.h; docs/schema/rules.schema.json is this text. The schema knows forms, not meanings: what
// it accepts, `sluicec check` may still refuse. Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>

namespace sluice::syntax {

std::string WriteSchema();

}  // namespace sluice::syntax
