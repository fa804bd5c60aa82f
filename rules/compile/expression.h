// Expression: a regular expression as a tree of character sets, so that it can be written anew in any encoding.
//
// The syntax is that of PCRE as far as Hyperscan can match it: literals, classes, groups, alternation, repetition, ^ $ \A \z
// and \b; flags (?i) and (?m). Look-around, back-references, atomic groups and Unicode properties are refused with a reason.
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/compile/char_set.h"

namespace sluice::compile {

struct Expression {
  enum class Kind : uint8_t {
    kSet,           // one character of `set`
    kSequence,      // `parts` one after another; none: the empty text
    kAlternatives,  // one of `parts`
    kRepeat,        // parts[0], min..max times
    kTextStart,
    kTextEnd,
    kLineStart,     // of the text or behind a line feed
    kLineEnd,       // of the text or a line end
    kWordBoundary,
  };
  static constexpr uint32_t kUnbounded = UINT32_MAX;

  Kind kind = Kind::kSequence;
  CharSet set;
  std::vector<Expression> parts;
  uint32_t min = 0, max = 0;

  static Expression Set(CharSet set);
  static Expression Sequence(std::vector<Expression> parts);
  static Expression Alternatives(std::vector<Expression> parts);
  static Expression Repeat(Expression part, uint32_t min, uint32_t max);
  static Expression Of(Kind kind);
};

struct ExpressionError {
  size_t character = 0;  // rank in the expression, from 0
  std::string message;
};

std::variant<Expression, ExpressionError> ParseExpression(std::u32string_view text, bool ignore_case);

// Whether some set names characters beyond ASCII: then the expression means characters, and is written anew for each
// encoding. Otherwise it means bytes, and one form serves every encoding that extends ASCII.
bool NamesCharactersBeyondAscii(const Expression& expression);

// Ways in which a literal's author allows it to be disguised.
struct Variants {
  bool spacing = false;     // up to two spaces of any width between characters
  bool line_break = false;  // a line end between characters
  bool width = false;       // full-width and half-width forms
  bool look_alike = false;  // other stars and asterisks for ★
  bool any() const { return spacing || line_break || width || look_alike; }
};

struct LiteralOptions {
  bool ignore_case = false;
  bool whole_word = false;
  Variants variants;
  std::vector<std::u32string> unless_followed_by;
  bool IsPlain() const { return !whole_word && !variants.any() && unless_followed_by.empty(); }
};
// Every disguise of a text that the variants allow, itself first, as long as they are few: short texts with each kind of space
// in each gap, longer ones with the same in all gaps or a line end in one of them. Literals cost the matcher far less than an
// expression that says the same. Empty where they would be too many.
std::vector<std::u32string> DisguisesOf(std::u32string_view text, const Variants& variants);

Expression ExpressionOfLiteral(std::u32string_view text, const LiteralOptions& options);

}  // namespace sluice::compile
