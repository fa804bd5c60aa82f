// Rule, Detector and Policy: what a person wrote, resolved and typed, with nothing left of files and lines.
//
// The compiler makes it, the bundle carries it, the verdict stage reads it. Thread: immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/model/condition.h"
#include "rules/model/marking.h"
#include "rules/model/signature.h"
#include "rules/model/validator_kind.h"
#include "rules/model/words.h"

namespace sluice::model {

// kSignature: registered documents; its terms, where it has any, are candidates for rows of a table.
enum class DetectorKind : uint8_t { kLiterals, kExpressions, kSignature, kCount };

// What to look for. Its patterns are in the bundle's pattern table; a hit of theirs is a finding only when what matched
// also passes the validator and is as random as asked (rules/evaluate/confirm.h).
struct Detector {
  std::string id;
  DetectorKind kind = DetectorKind::kLiterals;
  uint32_t term_count = 0;  // literals and expressions as written, before encodings multiply them
  ValidatorKind validator = ValidatorKind::kNone;
  uint32_t min_entropy_millibits = 0;  // Shannon entropy per character of the token that ends the match; 0: any
  MarkingFilter marking;               // what the match must be part of
  SignatureFilter signature;           // kSignature
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

// Traffic for which a rule does not fire, until a day.
struct Exception {
  std::string reason;
  int64_t expires_unix_seconds = 0;  // it holds before this moment
  Scope scope;
};

struct Rule {
  std::string id;  // family.name, such as cn.state-secret.mark
  std::string title;
  Severity severity = Severity::kMedium;
  uint8_t confidence = 50;  // 0..100
  Action action = Action::kAlert;
  bool evidence = false;    // the object and the packets round it are kept, encrypted, when it fires
  Scope scope;
  std::vector<Exception> exceptions;
  Condition condition;
};

struct Policy {
  std::vector<Detector> detectors;
  std::vector<Rule> rules;
  FailModes fail;
};

}  // namespace sluice::model
