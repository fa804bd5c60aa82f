// Draft: a pack in the making, as an importer fills it in, and what of the original it could not carry over.
//
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::import {

struct DetectorDraft {
  std::string id;
  std::vector<std::string> literals;  // texts
  std::vector<std::string> bytes;     // written in hexadecimal
  std::vector<std::string> expressions;
  bool ignore_case = false;
  bool whole_word = false;
  bool as_bytes = false;  // looked for as it stands, in no other encoding and no escaped form
  std::string validator;
  double min_entropy = 0;
};

struct ConditionDraft {
  enum class Kind : uint8_t { kDetector, kAll, kAny, kNot, kNear };
  Kind kind = Kind::kDetector;
  std::string detector;
  uint64_t count = 1;     // kDetector: hits; kAny: children
  uint64_t within = 300;  // kNear
  std::vector<std::string> where;
  std::vector<ConditionDraft> children;  // kNear: the anchor first
};

struct RuleDraft {
  std::string origin;  // what the original calls it
  std::string id, title;
  std::vector<std::string> references;
  std::string severity = "medium", action = "alert";
  int confidence = 50;
  std::string direction = "both";
  std::vector<std::string> sources, destinations, applications;
  ConditionDraft condition;
};

// Something of the original that the pack does not say.
struct Loss {
  enum class Kind : uint8_t {
    kRule,         // the rule is not in the pack at all
    kPart,         // the rule is there without this
    kApproximate,  // this is there, and means a little more or less
  };
  Kind kind = Kind::kPart;
  std::string origin;  // the rule, as the original calls it; empty: of the file
  std::string what;    // the key, option or element; never empty
  std::string why;
};

struct Draft {
  std::string id, title;
  std::vector<DetectorDraft> detectors;
  std::vector<RuleDraft> rules;
  std::vector<Loss> losses;
  uint64_t state_bytes = 0;  // for `budget`; 0: the default will do
  size_t found = 0;          // rules of the original

  void Lose(Loss::Kind kind, const std::string& origin, std::string what, std::string why);
};

// Lowercase letters, digits and single hyphens; "x" for a text that has none of them.
std::string IdFrom(std::string_view text);
// The same with -2, -3, … behind it where `taken` has it already.
class UniqueIds {
 public:
  std::string Take(std::string_view text);

 private:
  std::set<std::string> taken_;
};

}  // namespace sluice::import
