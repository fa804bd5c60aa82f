// MatchSampler: random texts that an expression matches, for laws that say what every match has.
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "rules/compile/expression.h"

namespace sluice::test {

class MatchSampler {
 public:
  explicit MatchSampler(uint32_t seed) : random_(seed) {}

  // Of an expression whose characters are bytes. Assertions are taken to hold.
  std::string Sample(const compile::Expression& e) {
    using Kind = compile::Expression::Kind;
    std::string out;
    switch (e.kind) {
      case Kind::kSet: return std::string(1, OneOf(e.set));
      case Kind::kSequence:
        for (const compile::Expression& part : e.parts) out += Sample(part);
        return out;
      case Kind::kAlternatives: return Sample(e.parts[random_() % e.parts.size()]);
      case Kind::kRepeat: {
        const uint32_t most = e.max == compile::Expression::kUnbounded ? e.min + 4 : e.max;
        const uint32_t spread = Below(4) == 0 ? most - e.min : std::min<uint32_t>(most - e.min, 3);
        for (uint32_t n = e.min + Below(spread + 1); n > 0; --n) out += Sample(e.parts[0]);
        return out;
      }
      default: return out;
    }
  }

  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

 private:
  char OneOf(const compile::CharSet& set) {
    const auto& ranges = set.ranges();
    const compile::CharRange range = ranges[random_() % ranges.size()];
    const char32_t last = std::min<char32_t>(range.last, 0xff);
    return static_cast<char>(range.first + random_() % (last - range.first + 1));
  }

  std::mt19937 random_;
};

}  // namespace sluice::test
