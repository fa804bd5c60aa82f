// The syntax tree of the rule language: what a pack says, in the author's words and with places, nothing resolved.
//
// docs/rules.md describes the language. Thread: value types. Allocates: yes (cold path).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/model/condition.h"
#include "rules/model/encoding.h"
#include "rules/model/marking.h"
#include "rules/model/signature.h"
#include "rules/model/validator_kind.h"
#include "rules/model/words.h"
#include "rules/syntax/source.h"

namespace sluice::syntax {

// Bytes to look for or to try a rule with: text, {hex: …}, {list: …} (literals only) or {file: …} (examples only).
struct ContentSource {
  enum class Kind : uint8_t { kText, kHex, kFile, kList };
  Kind kind = Kind::kText;
  Located<std::string> value;
};

// Ways in which a literal may be put for transport; the compiler makes a pattern for each.
struct TransferSet {
  bool percent = true, quoted_printable = true, html = true, json = true, base64 = true;
};

struct VariantSet {
  bool spacing = false, line_break = false, width = false, look_alike = false;
};

struct DetectorSource {
  Located<std::string> id;  // empty where the detector stands inside a rule
  std::vector<ContentSource> literals;
  std::vector<Located<std::string>> expressions;
  std::vector<Located<model::Encoding>> encodings;  // empty: the default set
  TransferSet transfer;
  VariantSet variants;
  std::vector<Located<std::string>> unless_followed_by;
  model::ValidatorKind validator = model::ValidatorKind::kNone;
  double min_entropy = 0;  // bits per character
  model::MarkingFilter marking;
  model::SignatureFilter signature;
  bool ignore_case = false;
  bool whole_word = false;
  Position at;
};

// The name of a detector, or one written in place.
struct DetectorUse {
  Located<std::string> reference;
  std::shared_ptr<const DetectorSource> inline_detector;  // where set, `reference` is empty
};

struct ConditionSource {
  enum class Kind : uint8_t { kDetector, kAll, kAny, kNot, kNear };
  Kind kind = Kind::kDetector;
  DetectorUse detector;                   // kDetector
  Located<uint64_t> min_count{1, {}};     // kDetector: hits; kAny: children
  bool distinct = false;                  // kDetector
  uint8_t where = model::Where::kAnywhere;  // kDetector
  uint64_t within = 0;                    // kNear: characters
  std::vector<ConditionSource> children;  // kNear: the anchor first
  Position at;
};

struct ScopeSource {
  model::Direction direction = model::Direction::kBoth;
  std::vector<Located<std::string>> sources;       // groups or address blocks
  std::vector<Located<std::string>> destinations;
  std::vector<Located<std::string>> applications;
  std::vector<Located<std::string>> media_types;
  std::vector<Located<std::string>> clients;
  uint64_t min_bytes = 0;
  uint64_t max_bytes = UINT64_MAX;
  Position at;
};

struct ExceptionSource {
  std::string reason;
  Located<std::string> expires;  // a day, YYYY-MM-DD
  ScopeSource scope;
  Position at;
};

struct RuleSource {
  Located<std::string> id;
  std::string title;
  model::Severity severity = model::Severity::kMedium;
  uint8_t confidence = 50;
  model::Action action = model::Action::kAlert;
  bool evidence = false;
  ScopeSource scope;
  std::vector<ExceptionSource> exceptions;
  ConditionSource condition;
  std::vector<ContentSource> match;
  std::vector<ContentSource> no_match;
  Position at;
};

struct FailSource {
  Located<model::FailCause> cause;
  model::FailMode mode = model::FailMode::kClosed;
};

// A named list: of terms to look for, or of address blocks.
struct ListSource {
  Located<std::string> name;
  std::vector<Located<std::string>> entries;
  Located<std::string> file;  // where set, the entries are the lines of that file
};

struct PackSource {
  uint32_t file = 0;
  std::optional<Located<std::string>> id;
  std::string title;
  std::vector<FailSource> fail;
  std::optional<Located<uint64_t>> state_budget;
  std::vector<ListSource> lists;
  std::vector<ListSource> groups;
  std::vector<DetectorSource> detectors;
  std::vector<RuleSource> rules;
};

}  // namespace sluice::syntax
