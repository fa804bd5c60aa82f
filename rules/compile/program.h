// Program: what the compiler's stages hand to one another. Each stage fills one more member.
//
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/model/rule.h"
#include "rules/syntax/diagnostic.h"
#include "rules/syntax/pack.h"

namespace sluice::compile {

// A byte string or byte expression to look for, before it goes to a database. Its rank is its pattern id.
struct LoweredPattern {
  bundle::Pattern entry;
  std::string bytes;  // of a literal; the expression's source otherwise
  bool ignore_case = false;
  syntax::Position at;
};

// One way in which a literal travels.
struct EncodedTerm {
  model::DetectorIndex detector = 0;
  uint32_t term = 0;
  model::Encoding encoding = model::Encoding::kBytes;
  model::TransferForm form = model::TransferForm::kPlain;
  std::string bytes;
  bool ignore_case = false;
  bool confirm_alignment = false;
  syntax::Position at;
};

struct BuiltDatabase {
  bundle::DatabaseMode mode = bundle::DatabaseMode::kStream;
  bundle::CostClass cost = bundle::CostClass::kLiterals;
  uint32_t pattern_count = 0;
  uint32_t stream_state_bytes = 0;
  std::vector<uint8_t> serialized;
};

struct Program {
  std::vector<syntax::PackSource> packs;                  // Parse
  model::Policy policy;                                   // Resolve
  std::vector<const syntax::DetectorSource*> detectors;   // Resolve: source of policy.detectors[i]
  std::vector<const syntax::RuleSource*> rules;           // Resolve: source of policy.rules[i]
  std::vector<EncodedTerm> terms;                         // Encode
  std::vector<LoweredPattern> patterns;                   // Lower
  std::vector<BuiltDatabase> databases;                   // Build
  bundle::Platform platform;                              // Build
};

}  // namespace sluice::compile
