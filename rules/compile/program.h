// Program: what the compiler's stages hand to one another. Each stage fills one more member.
//
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/compile/required_literals.h"
#include "rules/model/rule.h"
#include "rules/syntax/diagnostic.h"
#include "rules/syntax/pack.h"

namespace sluice::compile {

// A byte string or byte expression to look for. Its rank is its pattern id.
struct LoweredPattern {
  model::Pattern entry;
  std::string bytes;  // of a literal; the text of an expression otherwise
  bool ignore_case = false;
  uint32_t state_bytes = 0;  // stream state of an expression that stands alone
  syntax::Position at;
};

// A literal round which anchored patterns are tried. Its rank behind the patterns is its id.
struct LoweredAnchor {
  model::Anchor entry;
  RequiredLiteral literal;
};

// Per flow and direction; half a gigabyte for a million flows.
inline constexpr uint64_t kDefaultStateBudget = 512;

// A detector with its lists filled in.
struct ResolvedDetector {
  const syntax::DetectorSource* source = nullptr;
  std::vector<syntax::ContentSource> literals;  // no lists left; terms 0..n-1, the expressions follow
};

struct BuiltDatabase {
  bundle::DatabaseMode mode = bundle::DatabaseMode::kStream;
  bundle::CostClass cost = bundle::CostClass::kLiterals;
  uint32_t pattern_count = 0;
  uint32_t stream_state_bytes = 0;
  std::vector<uint8_t> serialized;
};

struct Program {
  bool from_bundle = false;                               // rebuilt: its sources have been accepted before
  std::vector<syntax::PackSource> packs;                  // Parse
  model::Policy policy;                                   // Resolve
  syntax::Located<uint64_t> state_budget{kDefaultStateBudget, {UINT32_MAX, 0, 0}};  // Resolve
  std::vector<ResolvedDetector> detectors;                // Resolve: source of policy.detectors[i]
  std::vector<const syntax::RuleSource*> rules;           // Resolve: source of policy.rules[i]
  std::vector<LoweredPattern> patterns;                   // Encode; Lower drops the doubled ones
  std::vector<LoweredAnchor> anchors;                     // Place
  std::vector<BuiltDatabase> databases;                   // Build
  bundle::Platform platform;                              // Build
};

}  // namespace sluice::compile
