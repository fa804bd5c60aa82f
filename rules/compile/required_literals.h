// RequiredLiterals: byte strings of which every match of an expression holds at least one, so that a matcher of literals can
// say where the expression is worth trying.
//
// Worked out from the tree of the bytes that the matcher would get, bottom up: what each part can begin with, end with, or
// be as a whole. Only sets that are proved to be required come out of it. Thread: pure. Allocates: yes (cold path).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/compile/expression.h"

namespace sluice::compile {

struct RequiredLiteral {
  std::string bytes;      // lower case where case is ignored
  bool ignore_case = false;
  friend auto operator<=>(const RequiredLiteral&, const RequiredLiteral&) = default;
};

struct RequiredLiterals {
  std::vector<RequiredLiteral> literals;  // every match holds one of them
  uint32_t after = 0;                     // and ends at most so many bytes behind the end of one that it holds
  double rate = 0;                        // about how often they occur by chance, for each byte of a text
};

// `bytes`: an expression whose characters 0 to 255 stand for bytes. The sets that are known, each enough by itself; none where all
// are too common or too large, or where a match has no greatest length.
std::vector<RequiredLiterals> FindRequiredLiterals(const Expression& bytes);

// Bytes of the longest match; Expression::kUnbounded where there is no limit.
uint32_t MostBytes(const Expression& bytes);

}  // namespace sluice::compile
