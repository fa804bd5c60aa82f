#include "rules/compile/expression.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace sluice::compile {
namespace {

// What no reader sees: soft hyphen, zero-width space, non-joiner and joiner, word joiner, byte order mark (UTR #36, 2.7).
constexpr std::u32string_view kInvisible[] = {U"\u00ad", U"\u200b", U"\u200c", U"\u200d", U"\u2060", U"\ufeff"};

// Spaces that people and programs put between the characters of a marking, and what nobody sees there.
const CharSet& SpacingCharacters() {
  static const CharSet set = CharSet::Of(U" \t\u00a0\u2002\u2003\u2009\u3000\u00ad\u200b\u200c\u200d\u2060\ufeff");
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

namespace {

constexpr size_t kMostDisguises = 160;
constexpr std::u32string_view kSpacings[] = {U" ", U"\u3000", U"  "};
constexpr std::u32string_view kLineEnds[] = {U"\n", U"\r\n"};

// `fill(i)` stands before character i.
template <typename Fill>
std::u32string Filled(std::u32string_view text, Fill fill) {
  std::u32string filled(text.substr(0, 1));
  for (size_t i = 1; i < text.size(); ++i) filled += std::u32string(fill(i)) + text[i];
  return filled;
}

std::vector<std::u32string> GapForms(std::u32string_view text, const Variants& variants) {
  std::vector<std::u32string> forms = {std::u32string(text)};
  std::vector<std::u32string_view> fillings = {U""};
  if (variants.spacing) fillings.insert(fillings.end(), std::begin(kSpacings), std::end(kSpacings));
  constexpr size_t kShort = 3;
  if (text.size() == kShort) {
    for (const std::u32string_view first : fillings) {
      for (const std::u32string_view second : fillings) {
        if (!first.empty() || !second.empty()) forms.push_back(Filled(text, [&](size_t i) { return i == 1 ? first : second; }));
      }
    }
  } else {
    for (size_t k = 1; k < fillings.size(); ++k) forms.push_back(Filled(text, [&](size_t) { return fillings[k]; }));
  }
  for (size_t gap = 1; variants.line_break && gap < text.size(); ++gap) {
    for (const std::u32string_view end : kLineEnds) forms.push_back(Filled(text, [&](size_t i) { return i == gap ? end : std::u32string_view(); }));
  }
  return forms;
}

std::vector<std::u32string> WithLookAlikes(const std::vector<std::u32string>& forms) {
  std::vector<std::u32string> all;
  for (const std::u32string& form : forms) {
    const size_t star = form.find_first_of(kStars);
    all.push_back(form);
    for (size_t k = 0; star != form.npos && k < kStars.size(); ++k) {
      if (kStars[k] == form[star]) continue;
      all.push_back(form);
      all.back()[star] = kStars[k];
    }
  }
  return all;
}

}  // namespace

std::vector<std::u32string> DisguisesOf(std::u32string_view text, const Variants& variants) {
  if (variants.width || text.size() < 2) return {};
  std::vector<std::u32string> forms = GapForms(text, variants);
  if (variants.look_alike) forms = WithLookAlikes(forms);
  for (size_t k = 0; variants.spacing && k < std::size(kInvisible); ++k) forms.push_back(Filled(text, [&](size_t) { return kInvisible[k]; }));
  return forms.size() <= kMostDisguises ? forms : std::vector<std::u32string>();
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
