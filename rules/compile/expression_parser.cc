// The parser of regular expressions: recursive descent over code points, bounded in depth.
#include <algorithm>

#include "rules/compile/expression.h"

namespace sluice::compile {
namespace {

using Kind = Expression::Kind;

constexpr int kDeepestGroup = 64;
// Hyperscan's own bound is lower in most places; beyond this a count is a mistake in any case.
constexpr uint32_t kLargestCount = 32767;

// Thrown and caught in this file, to leave the recursion.
struct Refusal {
  ExpressionError error;
};

class Parser {
 public:
  Parser(std::u32string_view text, bool ignore_case) : text_(text), ignore_case_(ignore_case) {}

  Expression ParseAll() {
    Expression e = ParseAlternatives();
    if (!AtEnd()) Refuse("there is a ')' without its '('");
    return e;
  }

 private:
  [[noreturn]] void Refuse(std::string message) const { throw Refusal{{at_, std::move(message)}}; }
  bool AtEnd() const { return at_ >= text_.size(); }
  char32_t Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0; }
  bool Accept(char32_t c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool AcceptText(std::u32string_view s) {
    if (text_.substr(at_, s.size()) != s) return false;
    at_ += s.size();
    return true;
  }

  Expression SetOf(CharSet set) const { return Expression::Set(ignore_case_ ? set.WithBothCases() : std::move(set)); }

  Expression ParseAlternatives() {
    if (++depth_ > kDeepestGroup) Refuse("groups are nested too deeply");
    std::vector<Expression> ways;
    do {
      ways.push_back(ParseSequence());
    } while (Accept(U'|'));
    --depth_;
    return Expression::Alternatives(std::move(ways));
  }

  Expression ParseSequence() {
    std::vector<Expression> parts;
    while (!AtEnd() && Peek() != U'|' && Peek() != U')') {
      if (AcceptInlineFlags()) continue;
      parts.push_back(ParseRepeats(ParseAtom()));
    }
    return Expression::Sequence(std::move(parts));
  }

  // (?i), (?m), (?s), their combinations and, behind a hyphen, their opposites, for the rest of the group.
  bool AcceptInlineFlags() {
    size_t end = at_ + 2;
    if (Peek() != U'(' || Peek(1) != U'?') return false;
    while (end < text_.size() && std::u32string_view(U"ims-").find(text_[end]) != std::u32string_view::npos) ++end;
    if (end == at_ + 2 || end >= text_.size() || text_[end] != U')') return false;
    at_ += 2;
    ReadFlags();
    if (!Accept(U')')) Refuse("flags are letters of i, m and s, and after one hyphen those to take back");
    return true;
  }

  void ReadFlags() {
    bool on = true;
    for (; !AtEnd() && std::u32string_view(U"ims-").find(Peek()) != std::u32string_view::npos; ++at_) {
      if (Peek() == U'-' && !on) return;
      if (Peek() == U'-') on = false;
      if (Peek() == U'i') ignore_case_ = on;
      if (Peek() == U'm') multiline_ = on;
      if (Peek() == U's') dot_all_ = on;
    }
  }

  Expression ParseRepeats(Expression atom) {
    for (;;) {
      uint32_t min = 0, max = 0;
      if (Accept(U'*')) {
        max = Expression::kUnbounded;
      } else if (Accept(U'+')) {
        min = 1;
        max = Expression::kUnbounded;
      } else if (Accept(U'?')) {
        max = 1;
      } else if (Peek() != U'{' || !AcceptCount(min, max)) {
        return atom;
      }
      if (Accept(U'+')) Refuse("possessive repetition (*+, ++, ?+) cannot be matched in a stream; write the plain one");
      Accept(U'?');  // lazy or greedy: every end is reported, so there is no difference
      atom = Expression::Repeat(std::move(atom), min, max);
    }
  }

  // {n}, {n,} or {n,m}; anything else is the text it looks like.
  bool AcceptCount(uint32_t& min, uint32_t& max) {
    size_t i = at_ + 1;
    if (!ReadNumber(i, min)) return false;
    max = min;
    if (i < text_.size() && text_[i] == U',') {
      ++i;
      if (!ReadNumber(i, max)) max = Expression::kUnbounded;
    }
    if (i >= text_.size() || text_[i] != U'}') return false;
    if (max != Expression::kUnbounded && max < min) Refuse("this count ends before it begins");
    at_ = i + 1;
    return true;
  }

  bool ReadNumber(size_t& i, uint32_t& value) const {
    const size_t begin = i;
    value = 0;
    while (i < text_.size() && text_[i] >= U'0' && text_[i] <= U'9') {
      value = value * 10 + static_cast<uint32_t>(text_[i++] - U'0');
      if (value > kLargestCount) Refuse("a count is larger than " + std::to_string(kLargestCount));
    }
    return i > begin;
  }

  Expression ParseAtom() {
    if (Accept(U'(')) return ParseGroup();
    if (Accept(U'[')) return SetOf(ParseClass());
    if (Accept(U'.')) return Expression::Set(dot_all_ ? CharSet::All() : CharSet::Of(U"\n").Complement());
    if (Accept(U'^')) return Expression::Of(multiline_ ? Kind::kLineStart : Kind::kTextStart);
    if (Accept(U'$')) return Expression::Of(multiline_ ? Kind::kLineEnd : Kind::kTextEnd);
    if (Accept(U'\\')) return ParseEscape();
    if (Peek() == U'*' || Peek() == U'+' || Peek() == U'?') Refuse("there is nothing before this to repeat");
    return SetOf(CharSet::Of(text_.substr(at_++, 1)));
  }

  Expression ParseGroup() {
    const bool outer_case = ignore_case_, outer_multiline = multiline_, outer_dot = dot_all_;
    ReadGroupHead();
    Expression inner = ParseAlternatives();
    if (!Accept(U')')) Refuse("this group is not closed with ')'");
    ignore_case_ = outer_case;
    multiline_ = outer_multiline;
    dot_all_ = outer_dot;
    return inner;
  }

  void ReadGroupHead() {
    if (!AcceptText(U"?")) return;
    if (AcceptText(U"=") || AcceptText(U"!") || AcceptText(U"<=") || AcceptText(U"<!")) {
      Refuse("look-around cannot be matched in a stream; use 'unless_followed_by' of a literal, or combine two detectors in the rule");
    }
    if (AcceptText(U">")) Refuse("atomic groups cannot be matched in a stream; write a plain group");
    if (AcceptText(U"P<") || AcceptText(U"<")) {
      const size_t end = text_.find(U'>', at_);
      if (end == text_.npos) Refuse("the name of this group is not closed with '>'");
      at_ = end + 1;
      return;
    }
    ReadFlags();
    if (!Accept(U':')) Refuse("this kind of group is not known; write (?:…)");
  }

  static std::optional<CharSet> ClassEscape(char32_t c) {
    switch (c) {
      case U'd': return CharSet::Digits();
      case U'D': return CharSet::Digits().Complement();
      case U's': return CharSet::Spaces();
      case U'S': return CharSet::Spaces().Complement();
      case U'w': return CharSet::WordCharacters();
      case U'W': return CharSet::WordCharacters().Complement();
      case U'h': return CharSet::Of(U" \t");
      default: return std::nullopt;
    }
  }

  Expression ParseEscape() {
    const char32_t c = Peek();
    if (std::optional<CharSet> set = ClassEscape(c)) {
      ++at_;
      return Expression::Set(*set);
    }
    if (Accept(U'b')) return Expression::Of(Kind::kWordBoundary);
    if (Accept(U'A')) return Expression::Of(Kind::kTextStart);
    if (Accept(U'z') || Accept(U'Z')) return Expression::Of(Kind::kTextEnd);
    if (c >= U'1' && c <= U'9') Refuse("back-references cannot be matched in a stream");
    if (c == U'p' || c == U'P') Refuse("Unicode properties (\\p) are not known; write the characters as a class, such as [一-鿿]");
    const char32_t character = ParseCharacterEscape();
    return SetOf(CharSet::Of(std::u32string(1, character)));
  }

  // After the backslash: one character, within a class or outside.
  char32_t ParseCharacterEscape() {
    if (AtEnd()) Refuse("the expression ends in the middle of an escape");
    const char32_t c = text_[at_++];
    switch (c) {
      case U'n': return U'\n';
      case U'r': return U'\r';
      case U't': return U'\t';
      case U'f': return U'\f';
      case U'v': return U'\v';
      case U'0': return 0;
      case U'e': return 0x1b;
      case U'a': return 0x07;
      case U'x': return Peek() == U'{' ? ParseBracedHex() : ParseHex(2);
      case U'u': return Peek() == U'{' ? ParseBracedHex() : ParseHex(4);
      default: break;
    }
    const bool is_letter = (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
    if (is_letter) {
      --at_;
      Refuse("this escape is not known");
    }
    return c;
  }

  static int HexDigit(char32_t c) {
    if (c >= U'0' && c <= U'9') return static_cast<int>(c - U'0');
    if (c >= U'a' && c <= U'f') return static_cast<int>(c - U'a') + 10;
    if (c >= U'A' && c <= U'F') return static_cast<int>(c - U'A') + 10;
    return -1;
  }

  char32_t ParseHex(int digits) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = HexDigit(Peek());
      if (digit < 0) Refuse("hexadecimal digits were expected here");
      value = value * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    return value;
  }

  char32_t ParseBracedHex() {
    ++at_;
    char32_t value = 0;
    for (int digit = HexDigit(Peek()); digit >= 0; digit = HexDigit(Peek())) {
      value = value * 16 + static_cast<char32_t>(digit);
      if (value > CharSet::kLastCharacter) Refuse("no character has so high a number");
      ++at_;
    }
    if (!Accept(U'}')) Refuse("hexadecimal digits and '}' were expected here");
    return value;
  }

  CharSet ParseClass() {
    const bool negated = Accept(U'^');
    CharSet set;
    bool first = true;
    while (first || Peek() != U']') {
      if (AtEnd()) Refuse("this class is not closed with ']'");
      first = false;
      ParseClassItem(set);
    }
    ++at_;
    if (!negated) return set;
    return (ignore_case_ ? set.WithBothCases() : set).Complement();
  }

  void ParseClassItem(CharSet& set) {
    if (Peek() == U'[' && Peek(1) == U':') return ParseNamedClass(set);
    if (Peek() == U'\\') {
      if (const std::optional<CharSet> escaped = ClassEscape(Peek(1))) {
        at_ += 2;
        return set.Add(*escaped);
      }
    }
    const char32_t first = ParseClassCharacter();
    if (Peek() != U'-' || Peek(1) == U']' || at_ + 1 >= text_.size()) return set.Add({first, first});
    ++at_;
    const char32_t last = ParseClassCharacter();
    if (last < first) Refuse("this range ends before it begins");
    set.Add({first, last});
  }

  char32_t ParseClassCharacter() {
    if (AtEnd()) Refuse("this class is not closed with ']'");
    if (Accept(U'\\')) {
      if (Accept(U'b')) return 0x08;
      return ParseCharacterEscape();
    }
    return text_[at_++];
  }

  void ParseNamedClass(CharSet& set) {
    at_ += 2;
    if (AcceptText(U"alpha:]")) return set.Add({{U'A', U'Z'}, {U'a', U'z'}});
    if (AcceptText(U"digit:]")) return set.Add(CharSet::Digits());
    if (AcceptText(U"alnum:]")) return set.Add({{U'0', U'9'}, {U'A', U'Z'}, {U'a', U'z'}});
    if (AcceptText(U"upper:]")) return set.Add(CharRange{U'A', U'Z'});
    if (AcceptText(U"lower:]")) return set.Add(CharRange{U'a', U'z'});
    if (AcceptText(U"space:]")) return set.Add(CharSet::Spaces());
    if (AcceptText(U"xdigit:]")) return set.Add({{U'0', U'9'}, {U'A', U'F'}, {U'a', U'f'}});
    if (AcceptText(U"punct:]")) return set.Add({{U'!', U'/'}, {U':', U'@'}, {U'[', U'`'}, {U'{', U'~'}});
    if (AcceptText(U"word:]")) return set.Add(CharSet::WordCharacters());
    Refuse("this named class is not known");
  }

  std::u32string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool ignore_case_;
  bool multiline_ = false;
  bool dot_all_ = false;
};

}  // namespace

std::variant<Expression, ExpressionError> ParseExpression(std::u32string_view text, bool ignore_case) {
  try {
    return Parser(text, ignore_case).ParseAll();
  } catch (const Refusal& refusal) {
    return refusal.error;
  }
}

}  // namespace sluice::compile
