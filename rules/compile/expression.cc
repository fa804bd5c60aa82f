#include "rules/compile/expression.h"

#include <algorithm>
#include <map>

namespace sluice::compile {
namespace {

// Spaces that people and programs put between the characters of a marking.
const CharSet& SpacingCharacters() {
  static const CharSet set = CharSet::Of(U" \t\u00a0\u2002\u2003\u2009\u3000");
  return set;
}

// What stands for ★ in the wild, ★ included.
constexpr std::u32string_view kStars = U"★☆*＊※✩✭✮⭐";

CharSet Disguises(char32_t c, const LiteralOptions& options) {
  CharSet set = CharSet::Of(std::u32string(1, c));
  // Full-width forms of ASCII lie 0xfee0 above it (Unicode 15, FF00).
  constexpr char32_t kFullWidthDistance = 0xfee0;
  if (options.variants.width && c > U' ' && c < 0x7f) set.Add({c + kFullWidthDistance, c + kFullWidthDistance});
  if (options.variants.width && c > 0xff00 && c < 0xff5f) set.Add({c - kFullWidthDistance, c - kFullWidthDistance});
  if (options.variants.look_alike && kStars.find(c) != kStars.npos) set.Add(CharSet::Of(kStars));
  return options.ignore_case ? set.WithBothCases() : set;
}

std::optional<Expression> Filler(const Variants& variants) {
  CharSet set;
  if (variants.spacing) set.Add(SpacingCharacters());
  if (variants.line_break) set.Add(CharSet::Of(U"\r\n"));
  if (set.empty()) return std::nullopt;
  return Expression::Repeat(Expression::Set(set), 0, 2);
}

// What may follow a literal so that none of `texts` follows: the end, another character, or the beginning of one of them
// and then not the rest.
Expression NotFollowedBy(const std::vector<std::u32string_view>& texts) {
  std::map<char32_t, std::vector<std::u32string_view>> by_first;
  for (const std::u32string_view text : texts) by_first[text[0]].push_back(text.substr(1));
  CharSet firsts;
  std::vector<Expression> ways = {Expression::Of(Expression::Kind::kTextEnd)};
  for (const auto& [first, rests] : by_first) {
    firsts.Add({first, first});
    if (std::any_of(rests.begin(), rests.end(), [](std::u32string_view rest) { return rest.empty(); })) continue;
    ways.push_back(Expression::Sequence({Expression::Set({{first, first}}), NotFollowedBy(rests)}));
  }
  ways.push_back(Expression::Set(firsts.Complement()));
  return Expression::Alternatives(std::move(ways));
}

}  // namespace

Expression Expression::Set(CharSet set) {
  Expression e;
  e.kind = Kind::kSet;
  e.set = std::move(set);
  return e;
}

Expression Expression::Sequence(std::vector<Expression> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  Expression e;
  e.parts = std::move(parts);
  return e;
}

Expression Expression::Alternatives(std::vector<Expression> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  Expression e;
  e.kind = Kind::kAlternatives;
  e.parts = std::move(parts);
  return e;
}

Expression Expression::Repeat(Expression part, uint32_t min, uint32_t max) {
  Expression e;
  e.kind = Kind::kRepeat;
  e.parts.push_back(std::move(part));
  e.min = min;
  e.max = max;
  return e;
}

Expression Expression::Of(Kind kind) {
  Expression e;
  e.kind = kind;
  return e;
}

bool NamesCharactersBeyondAscii(const Expression& expression) {
  if (expression.kind == Expression::Kind::kSet) return !expression.set.IsUniformBeyondAscii();
  return std::any_of(expression.parts.begin(), expression.parts.end(), NamesCharactersBeyondAscii);
}

Expression ExpressionOfLiteral(std::u32string_view text, const LiteralOptions& options) {
  std::vector<Expression> parts;
  const std::optional<Expression> filler = Filler(options.variants);
  if (options.whole_word) parts.push_back(Expression::Of(Expression::Kind::kWordBoundary));
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && filler) parts.push_back(*filler);
    parts.push_back(Expression::Set(Disguises(text[i], options)));
  }
  if (options.whole_word) parts.push_back(Expression::Of(Expression::Kind::kWordBoundary));
  if (!options.unless_followed_by.empty()) {
    parts.push_back(NotFollowedBy({options.unless_followed_by.begin(), options.unless_followed_by.end()}));
  }
  return Expression::Sequence(std::move(parts));
}

}  // namespace sluice::compile
