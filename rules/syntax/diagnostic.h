// Diagnostic: what is wrong with a rule file, where, and what to do about it. Many per run; each kind has a stable code.
//
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/syntax/source.h"

namespace sluice::syntax {

// The number is the code: kUnknownKey prints as SL1003 and never means anything else. 1xxx: form; 2xxx: meaning;
// 3xxx: patterns; 4xxx: the rules' own examples; 5xxx: cost; 6xxx: files.
enum class Code : uint16_t {
  kYamlSyntax = 1001,
  kInvalidUtf8 = 1002,
  kUnknownKey = 1003,
  kDuplicateKey = 1004,
  kWrongType = 1005,
  kMissingKey = 1006,
  kUnknownWord = 1007,
  kBadNumber = 1008,
  kAliasNotAllowed = 1009,
  kEmptyValue = 1010,
  kTooDeep = 1011,
  kNotFormatted = 1012,
  kDuplicateRule = 2001,
  kDuplicateDetector = 2002,
  kUnknownDetector = 2003,
  kBadIdentifier = 2004,
  kConflictingFail = 2005,
  kFailDefault = 2006,
  kNothingToDetect = 2007,
  kDetectorWithoutTerms = 2008,
  kCountUnreachable = 2009,
  kUnusedDetector = 2010,
  kUnknownList = 2011,
  kBadAddress = 2012,
  kBadDate = 2013,
  kContradiction = 2014,
  kExpiredException = 2015,
  kBadCondition = 2016,
  kSameMeaning = 2017,
  kBadSignature = 2018,
  kNotRepresentable = 3001,
  kNowhereRepresentable = 3002,
  kExpressionRefused = 3003,
  kExpressionMatchesEmpty = 3004,
  kDuplicateTerm = 3005,
  kShortPattern = 3006,
  kBadHex = 3007,
  kNotCarried = 3008,
  kPatternTooWeak = 3009,
  kTermTooLong = 3010,
  kExampleNotFound = 4001,
  kExampleFound = 4002,
  kNoExamples = 4003,
  kStateBudget = 5001,
  kCommonTerm = 5002,
  kPatternCount = 5003,
  kCannotRead = 6001,
  kCannotWrite = 6002,
  kNoRules = 6003,
  kBuildFailed = 6004,
};

enum class Level : uint8_t { kError, kWarning, kNote };

struct CodeText {
  Code code;
  std::string_view summary;
  std::string_view explanation;
};
// What `sluicec explain SL1003` prints; nothing when there is no such code.
std::optional<CodeText> ExplainCode(uint16_t number);
std::string CodeName(Code code);

struct Diagnostic {
  Code code{};
  Level level = Level::kError;
  Position at;
  std::string message;
  std::string hint;
};

class Diagnostics {
 public:
  void Error(Code code, Position at, std::string message, std::string hint = {});
  void Warning(Code code, Position at, std::string message, std::string hint = {});
  void Note(Code code, Position at, std::string message, std::string hint = {});

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // By file, line, column; the order of a run that goes through stages is not the order of reading.
  void Sort();

 private:
  std::vector<Diagnostic> all_;
  size_t errors_ = 0;
};

// "file:3:5: error SL1003: unknown key …", the line, a caret, and the hint.
std::string Render(const Diagnostic& diagnostic, const SourceSet& sources);

// The name among `known` that `name` was probably meant to be; empty when none is near.
std::string NearestName(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace sluice::syntax
