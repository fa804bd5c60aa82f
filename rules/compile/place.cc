#include "rules/compile/place.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "rules/compile/digit_proof.h"
#include "rules/compile/reference_text.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using model::CostClass;

// What one more literal costs beside a look at an expression, for each byte of a text (required_literals.cc has the same measure).
constexpr double kRatePerLiteral = 2e-5;

// How often a word stands in a text that speaks of what it means, for each byte, however few reference texts do.
constexpr double kRateOfWords = 1e-3;
constexpr size_t kLongestWord = 10;

// So much of the end of a literal the matcher compares at once. What has the same end costs a second look.
constexpr size_t kComparedBytes = 8;

bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

// Says more than that digits follow.
bool IsOfWords(const RequiredLiteral& literal) {
  constexpr ptrdiff_t kLetters = 6;
  return std::count_if(literal.bytes.begin(), literal.bytes.end(), [](char c) { return IsWord({&c, 1}); }) >= kLetters;
}

// Of several words, the last alone would be found wherever its subject comes up: the part that shows as much as it can of the last
// two. `after` grows by what is left out.
RequiredLiteral RarestPart(RequiredLiteral literal, uint32_t& after) {
  const size_t space = literal.bytes.rfind(' ');
  if (space == literal.bytes.npos || !IsWord(std::string_view(literal.bytes).substr(space + 1))) return literal;
  constexpr size_t kOfEach = kComparedBytes / 2;
  const size_t end = std::max(kComparedBytes, space + kOfEach);
  if (end >= literal.bytes.size()) return literal;
  after += static_cast<uint32_t>(literal.bytes.size() - end);
  literal.bytes.resize(end);
  return literal;
}

// As Hyperscan will read it: each character is a byte.
std::optional<Expression> Parsed(const std::string& byte_expression) {
  std::u32string text;
  for (const char c : byte_expression) text += static_cast<unsigned char>(c);
  std::variant<Expression, ExpressionError> parsed = ParseExpression(text, false);
  if (auto* expression = std::get_if<Expression>(&parsed)) return std::move(*expression);
  return std::nullopt;
}

// An expression that runs over every byte as yet, and the ways to spare that.
struct Candidate {
  LoweredPattern* pattern;
  Expression bytes;
  std::vector<RequiredLiterals> ways;
};

class Placer {
 public:
  explicit Placer(Program& program) : program_(program), prose_(ReferenceProse()), lower_prose_(prose_) {
    for (ReferenceText& text : lower_prose_) {
      for (char& c : text.bytes) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    for (LoweredPattern& pattern : program.patterns) {
      if (pattern.entry.cost != CostClass::kExpressions) continue;
      std::optional<Expression> bytes = Parsed(pattern.bytes);
      if (!bytes) continue;
      candidates_.push_back({&pattern, std::move(*bytes), AnchorsOf(pattern.bytes)});
      for (const RequiredLiterals& way : candidates_.back().ways) {
        for (const RequiredLiteral& literal : way.literals) ++users_[literal];
      }
    }
  }

  void Run() {
    for (const Candidate& candidate : candidates_) {
      model::Pattern& entry = candidate.pattern->entry;
      const RequiredLiterals* way = candidate.ways.empty() ? nullptr : &BestOf(candidate.ways);
      // Digits before literals that are half digits, which are everywhere where digits are; words before both.
      const bool has_words = way != nullptr && std::all_of(way->literals.begin(), way->literals.end(), IsOfWords);
      if (!has_words && MostBytes(candidate.bytes) <= model::MostBytesOf(CostClass::kNumbers) && AlwaysHoldsDigitGroup(candidate.bytes)) {
        entry.cost = CostClass::kNumbers;
      } else if (way != nullptr) {
        entry.cost = CostClass::kAnchored;
        AddAnchors(*way);
      }
    }
  }

 private:
  // A literal that serves many is cheap for each of them.
  const RequiredLiterals& BestOf(const std::vector<RequiredLiterals>& ways) {
    const RequiredLiterals* best = nullptr;
    double least = 0;
    for (const RequiredLiterals& way : ways) {
      double cost = way.rate;
      for (const RequiredLiteral& literal : way.literals) cost += kRatePerLiteral / users_.at(literal) + RateSeen(literal);
      if (best == nullptr || cost < least) {
        best = &way;
        least = cost;
      }
    }
    return *best;
  }

  // How often it stands in the prose where it is most frequent, for each byte.
  double RateSeen(const RequiredLiteral& literal) {
    const bool is_word = literal.bytes.size() <= kLongestWord && IsWord(literal.bytes);
    const auto [it, is_new] = rates_.try_emplace(literal, is_word ? kRateOfWords : 0);
    if (!is_new) return it->second;
    for (const ReferenceText& text : literal.ignore_case ? lower_prose_ : prose_) {
      const std::string& bytes = text.bytes;
      size_t count = 0;
      for (size_t at = bytes.find(literal.bytes); at != bytes.npos; at = bytes.find(literal.bytes, at + 1)) ++count;
      it->second = std::max(it->second, static_cast<double>(count) / static_cast<double>(bytes.size()));
    }
    return it->second;
  }

  void AddAnchors(const RequiredLiterals& way) {
    for (const RequiredLiteral& required : way.literals) {
      uint32_t after_part = way.after;
      const RequiredLiteral literal = RarestPart(required, after_part);
      const auto [it, is_new] = ranks_.try_emplace(literal, program_.anchors.size());
      if (is_new) program_.anchors.push_back({{0}, literal});
      uint32_t& after = program_.anchors[it->second].entry.after;
      after = std::max(after, after_part);
    }
  }

  Program& program_;
  std::vector<ReferenceText> prose_, lower_prose_;
  std::vector<Candidate> candidates_;
  std::map<RequiredLiteral, uint32_t> users_;
  std::map<RequiredLiteral, double> rates_;
  std::map<RequiredLiteral, size_t> ranks_;
};

}  // namespace

std::vector<RequiredLiterals> AnchorsOf(const std::string& byte_expression) {
  const std::optional<Expression> bytes = Parsed(byte_expression);
  if (!bytes || MostBytes(*bytes) > model::MostBytesOf(CostClass::kAnchored)) return {};
  return FindRequiredLiterals(*bytes);
}

void Place(Program& program) { Placer(program).Run(); }

}  // namespace sluice::compile
