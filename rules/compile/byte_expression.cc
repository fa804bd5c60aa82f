#include "rules/compile/byte_expression.h"

#include <algorithm>
#include <array>

#include "rules/compile/byte_sequences.h"
#include "rules/compile/letter_case.h"

namespace sluice::compile {
namespace {

using Kind = Expression::Kind;
using model::Encoding;

// Sets with fewer characters are encoded one by one; larger ones through a table of the whole encoding.
constexpr size_t kFewCharacters = 2000;

uint32_t AddBounded(uint32_t a, uint32_t b) {
  return a == Expression::kUnbounded || b == Expression::kUnbounded || a > Expression::kUnbounded - b ? Expression::kUnbounded : a + b;
}

uint32_t TimesBounded(uint32_t a, uint32_t times) {
  if (a == 0 || times == 0) return 0;
  if (a == Expression::kUnbounded || times == Expression::kUnbounded || a > (Expression::kUnbounded - 1) / times) return Expression::kUnbounded;
  return a * times;
}

// Beyond this nobody asks how much more.
constexpr uint64_t kManyPositions = uint64_t{1} << 40;

uint64_t TimesPositions(uint64_t positions, uint32_t times) { return std::min(kManyPositions, positions * std::max(times, 1u)); }

ByteForm FormOfRuns(const std::vector<ByteClassRun>& runs) {
  ByteForm form;
  form.text = ExpressionOfRuns(runs);
  form.min_bytes = Expression::kUnbounded;
  for (const ByteClassRun& run : runs) {
    form.positions += run.size();
    form.min_bytes = std::min(form.min_bytes, static_cast<uint32_t>(run.size()));
    form.max_bytes = std::max(form.max_bytes, static_cast<uint32_t>(run.size()));
    for (int b = run[0].first; b <= run[0].last; ++b) form.first.set(static_cast<size_t>(b));
  }
  return form;
}

ByteForm FormOfStrings(const std::vector<std::string>& strings) {
  ByteForm form;
  form.text = ExpressionOfStrings(strings);
  form.min_bytes = Expression::kUnbounded;
  for (const std::string& s : strings) {
    form.min_bytes = std::min(form.min_bytes, static_cast<uint32_t>(s.size()));
    form.max_bytes = std::max(form.max_bytes, static_cast<uint32_t>(s.size()));
    form.first.set(static_cast<uint8_t>(s[0]));
  }
  // Each class or escape of the text is a state.
  form.positions = static_cast<uint64_t>(std::count(form.text.begin(), form.text.end(), '[')) + form.max_bytes;
  return form;
}

ByteForm Anchor(const char* text) {
  ByteForm form;
  form.text = text;
  return form;
}

// What may stand before the first character of a text.
std::string ByteOrderMark(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8: return "(?:\\xef\\xbb\\xbf)?";
    case Encoding::kUtf16Le: return "(?:\\xff\\xfe)?";
    case Encoding::kUtf16Be: return "(?:\\xfe\\xff)?";
    default: return "";
  }
}

// A word boundary at the beginning of a match is a character before it that is part of no word, or the text's beginning;
// at its end likewise. Elsewhere it stays, and the writer refuses it.
Expression WithOpenBoundaries(Expression e) {
  if (e.kind == Kind::kAlternatives) {
    for (Expression& part : e.parts) part = WithOpenBoundaries(std::move(part));
    return e;
  }
  if (e.kind != Kind::kSequence || e.parts.empty()) return e;
  const Expression not_a_letter = Expression::Set(CharSet::Letters().Complement());
  if (e.parts.front().kind == Kind::kWordBoundary) e.parts.front() = Expression::Alternatives({Expression::Of(Kind::kTextStart), not_a_letter});
  if (e.parts.back().kind == Kind::kWordBoundary) e.parts.back() = Expression::Alternatives({Expression::Of(Kind::kTextEnd), not_a_letter});
  return e;
}

}  // namespace

// One walk over an expression for one encoding.
class FormBuilder {
 public:
  FormBuilder(ByteExpressionWriter& writer, Encoding encoding, bool raw) : writer_(writer), encoding_(encoding), raw_(raw) {}

  std::optional<ByteForm> Build(const Expression& e) {
    switch (e.kind) {
      case Kind::kSet: return raw_ ? RawSet(e.set) : writer_.FormOfSet(e.set, encoding_);
      case Kind::kSequence: return Sequence(e.parts);
      case Kind::kAlternatives: return Alternatives(e.parts);
      case Kind::kRepeat: return Repeat(e);
      case Kind::kTextStart: return AtStart();
      case Kind::kTextEnd: return Anchor("\\z");
      case Kind::kLineStart: return LineEdge("^" + ByteOrderMark(encoding_), CharSet::Of(U"\n"));
      case Kind::kLineEnd: return LineEdge("\\z", CharSet::Of(U"\r\n"));
      case Kind::kWordBoundary: break;
    }
    if (raw_) return Anchor("\\b");
    problem_ = "a word boundary (\\b) in its middle has no meaning there";
    return std::nullopt;
  }

  const std::string& problem() const { return problem_; }

 private:
  // ASCII as it is; all that is beyond it, as any byte that is not ASCII.
  static std::optional<ByteForm> RawSet(const CharSet& set) {
    std::vector<ByteClassRun> runs;
    const CharSet ascii = set.Intersect(CharSet::Ascii());
    for (const CharRange& range : ascii.ranges()) runs.push_back({{static_cast<uint8_t>(range.first), static_cast<uint8_t>(range.last)}});
    if (set.Contains(0x80)) runs.push_back({{0x80, 0xff}});
    if (runs.empty()) return std::nullopt;
    return FormOfRuns(runs);
  }

  std::optional<ByteForm> Sequence(const std::vector<Expression>& parts) {
    ByteForm form;
    bool can_begin_here = true;
    for (const Expression& part : parts) {
      const std::optional<ByteForm> next = Build(part);
      if (!next) return std::nullopt;
      form.text += next->text;
      form.positions += next->positions;
      if (can_begin_here) form.first |= next->first;
      can_begin_here = can_begin_here && next->min_bytes == 0;
      form.min_bytes = AddBounded(form.min_bytes, next->min_bytes);
      form.max_bytes = AddBounded(form.max_bytes, next->max_bytes);
    }
    return form;
  }

  // Ways that the encoding cannot write are left out.
  std::optional<ByteForm> Alternatives(const std::vector<Expression>& parts) {
    ByteForm form;
    form.min_bytes = Expression::kUnbounded;
    size_t ways = 0;
    for (const Expression& part : parts) {
      const std::optional<ByteForm> way = Build(part);
      if (!way) continue;
      form.text += (ways++ == 0 ? "" : "|") + way->text;
      form.first |= way->first;
      form.positions += way->positions;
      form.min_bytes = std::min(form.min_bytes, way->min_bytes);
      form.max_bytes = std::max(form.max_bytes, way->max_bytes);
    }
    if (ways == 0) return std::nullopt;
    form.text = "(?:" + form.text + ")";
    return form;
  }

  std::optional<ByteForm> Repeat(const Expression& e) {
    std::optional<ByteForm> form = Build(e.parts[0]);
    if (!form) return e.min == 0 ? std::optional<ByteForm>(ByteForm{}) : std::nullopt;
    std::string count;
    if (e.max == Expression::kUnbounded) {
      count = e.min == 0 ? "*" : e.min == 1 ? "+" : "{" + std::to_string(e.min) + ",}";
    } else {
      count = e.min == 0 && e.max == 1 ? "?" : "{" + std::to_string(e.min) + (e.min == e.max ? "" : "," + std::to_string(e.max)) + "}";
    }
    // A single byte class repeats in one state.
    const bool is_class = form->min_bytes == 1 && form->max_bytes == 1;
    if (!is_class) form->positions = TimesPositions(form->positions, e.max == Expression::kUnbounded ? e.min : e.max);
    form->text = "(?:" + form->text + ")" + count;
    form->min_bytes = TimesBounded(form->min_bytes, e.min);
    form->max_bytes = TimesBounded(form->max_bytes, e.max);
    return form;
  }

  ByteForm AtStart() const {
    const std::string mark = ByteOrderMark(encoding_);
    ByteForm form = Anchor(("^" + mark).c_str());
    form.max_bytes = mark.empty() ? 0 : encoding_ == Encoding::kUtf8 ? 3 : 2;
    return form;
  }

  std::optional<ByteForm> LineEdge(const std::string& anchor, const CharSet& line_end) {
    std::optional<ByteForm> form = raw_ ? RawSet(line_end) : writer_.FormOfSet(line_end, encoding_);
    if (!form) return std::nullopt;
    form->text = "(?:" + anchor + "|" + form->text + ")";
    form->min_bytes = 0;
    form->max_bytes = std::max(form->max_bytes, 3u);  // a byte order mark
    return form;
  }

  ByteExpressionWriter& writer_;
  Encoding encoding_;
  bool raw_;
  std::string problem_;
};

const ByteExpressionWriter::CharacterTable& ByteExpressionWriter::TableOf(Encoding encoding) {
  const auto [it, is_new] = tables_.try_emplace(encoding);
  if (!is_new) return it->second;
  for (char32_t c = 0; c < 0x10000; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string utf8;
    AppendUtf8(c, utf8);
    std::optional<std::string> bytes = charsets_.Encode(utf8, encoding);
    // Characters of GB 18030 with four bytes are so many and so regular that FormOfSet adds them as a whole.
    if (bytes && !bytes->empty() && bytes->size() <= 3) it->second.emplace_back(c, std::move(*bytes));
  }
  return it->second;
}

std::optional<ByteForm> ByteExpressionWriter::FormOfSet(const CharSet& set, Encoding encoding) {
  const auto [it, is_new] = forms_.try_emplace({encoding, set.ranges()});
  if (!is_new) return it->second;
  std::optional<ByteForm>& form = it->second;
  if (encoding == Encoding::kUtf8 || encoding == Encoding::kUtf16Le || encoding == Encoding::kUtf16Be) {
    const std::vector<ByteClassRun> runs = encoding == Encoding::kUtf8 ? Utf8Runs(set) : Utf16Runs(set, encoding == Encoding::kUtf16Be);
    if (!runs.empty()) form = FormOfRuns(runs);
    return form;
  }
  std::vector<std::string> strings;
  const bool is_large = set.Count() > kFewCharacters;
  if (is_large) {
    for (const auto& [c, bytes] : TableOf(encoding)) {
      if (set.Contains(c)) strings.push_back(bytes);
    }
  } else {
    for (const CharRange& range : set.ranges()) {
      for (char32_t c = range.first; c <= range.last; ++c) {
        std::string utf8;
        AppendUtf8(c, utf8);
        if (std::optional<std::string> bytes = charsets_.Encode(utf8, encoding); bytes && !bytes->empty()) strings.push_back(std::move(*bytes));
      }
    }
  }
  if (strings.empty()) return form;
  form = FormOfStrings(strings);
  if (is_large && encoding == Encoding::kGb18030) {
    form->text = "(?:" + form->text + "|[\\x81-\\xfe][0-9][\\x81-\\xfe][0-9])";
    form->max_bytes = std::max(form->max_bytes, 4u);
  }
  return form;
}

std::optional<ByteForm> ByteExpressionWriter::Write(const Expression& expression, Encoding encoding, std::string& problem) {
  FormBuilder builder(*this, encoding, false);
  std::optional<ByteForm> form = builder.Build(WithOpenBoundaries(expression));
  problem = builder.problem();
  return problem.empty() ? form : std::nullopt;
}

std::optional<ByteForm> ByteExpressionWriter::WriteRaw(const Expression& expression) {
  return FormBuilder(*this, Encoding::kUtf8, true).Build(expression);
}

}  // namespace sluice::compile
