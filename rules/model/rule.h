// Rule, Detector and Policy: what a person wrote, resolved and typed, with nothing left of files and lines.
//
// The compiler makes it, the bundle carries it, the verdict stage reads it. Thread: immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/model/condition.h"
#include "rules/model/words.h"

namespace sluice::model {

enum class DetectorKind : uint8_t { kLiterals, kExpressions, kCount };

// What to look for. Its patterns are in the bundle's pattern table.
struct Detector {
  std::string id;
  DetectorKind kind = DetectorKind::kLiterals;
  uint32_t term_count = 0;  // literals or expressions as written, before encodings multiply them
};

// An address block; IPv4 as ::ffff:a.b.c.d/96+n (RFC 4291, 2.5.5.2).
struct AddressBlock {
  std::array<uint8_t, 16> address{};
  uint8_t prefix_bits = 0;  // 0..128
};

// For what traffic a rule is meant. An empty list means "any".
struct Scope {
  Direction direction = Direction::kBoth;
  std::vector<AddressBlock> sources;
  std::vector<AddressBlock> destinations;
  std::vector<std::string> applications;  // "http", "smtp", …
  std::vector<std::string> media_types;   // "application/pdf", or "image/*"
  std::vector<std::string> clients;       // names of hosts from the configuration
  uint64_t min_bytes = 0;
  uint64_t max_bytes = UINT64_MAX;
};

struct Rule {
  std::string id;  // family.name, such as cn.state-secret.mark
  std::string title;
  Severity severity = Severity::kMedium;
  uint8_t confidence = 50;  // 0..100
  Action action = Action::kAlert;
  Scope scope;
  Condition condition;
};

struct Policy {
  std::vector<Detector> detectors;
  std::vector<Rule> rules;
  FailModes fail;
};

}  // namespace sluice::model
