// The syntax tree of the rule language: what a pack says, in the author's words and with places, nothing resolved.
//
// docs/rules.md describes the language. Thread: value types. Allocates: yes (cold path).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/model/encoding.h"
#include "rules/model/words.h"
#include "rules/syntax/source.h"

namespace sluice::syntax {

// Bytes to look for or to try a rule with: text, {hex: …}, or (examples only) {file: …}.
struct ContentSource {
  enum class Kind : uint8_t { kText, kHex, kFile };
  Kind kind = Kind::kText;
  Located<std::string> value;
};

struct DetectorSource {
  Located<std::string> id;  // empty where the detector stands inside a rule
  std::vector<ContentSource> literals;
  std::vector<Located<std::string>> expressions;
  std::vector<Located<model::Encoding>> encodings;  // empty: the default set
  bool ignore_case = false;
  Position at;
};

// One entry of a rule's `detect`: the name of a detector, or one written in place.
struct DetectorUse {
  Located<std::string> reference;
  std::shared_ptr<const DetectorSource> inline_detector;  // where set, `reference` is empty
};

struct RuleSource {
  Located<std::string> id;
  std::string title;
  model::Severity severity = model::Severity::kMedium;
  uint8_t confidence = 50;
  model::Action action = model::Action::kAlert;
  model::Direction direction = model::Direction::kBoth;
  std::vector<DetectorUse> detect;
  Located<uint64_t> min_count{1, {}};
  std::vector<ContentSource> match;
  std::vector<ContentSource> no_match;
  Position at;
};

struct FailSource {
  Located<model::FailCause> cause;
  model::FailMode mode = model::FailMode::kClosed;
};

struct PackSource {
  uint32_t file = 0;
  std::optional<Located<std::string>> id;
  std::string title;
  std::vector<FailSource> fail;
  std::vector<DetectorSource> detectors;
  std::vector<RuleSource> rules;
};

}  // namespace sluice::syntax
