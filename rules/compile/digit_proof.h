// AlwaysHoldsDigitGroup: whether every match of an expression holds one of the groups of digits round which the data plane looks
// for numbers (rules/evaluate/digit_groups.h).
//
// Proved by walking the expression's automaton beside one that knows the groups: if no way through leads to an end without
// having passed a group, none exists. Thread: pure. Allocates: yes (cold path).
#pragma once

#include "rules/compile/expression.h"

namespace sluice::compile {

// `bytes`: an expression whose characters 0 to 255 stand for bytes. False also where the walk would be too long to know.
bool AlwaysHoldsDigitGroup(const Expression& bytes);

}  // namespace sluice::compile
