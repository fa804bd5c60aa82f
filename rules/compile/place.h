// Where an expression costs least: round a literal that each of its matches holds, round digits, or over every byte.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>
#include <vector>

#include "rules/compile/required_literals.h"

namespace sluice::compile {

// Sets of literals, each of which is enough to find every match of a byte expression (ByteForm::text) in windows; none where it
// must run over every byte.
std::vector<RequiredLiterals> AnchorsOf(const std::string& byte_expression);

}  // namespace sluice::compile
