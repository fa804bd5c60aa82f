#include <algorithm>
#include <iterator>
#include <utility>

#include "rules/compile/byte_expression.h"
#include "rules/compile/charset.h"
#include "rules/compile/hex.h"
#include "rules/compile/letter_case.h"
#include "rules/compile/place.h"
#include "rules/compile/stages.h"
#include "rules/compile/transfer.h"

namespace sluice::compile {
namespace {

using model::Encoding;
using model::TransferForm;
using syntax::Code;
using syntax::Diagnostics;

// What a detector that names no encodings gets.
constexpr Encoding kDefaultEncodings[] = {
    Encoding::kUtf8,  Encoding::kUtf16Le,     Encoding::kUtf16Be, Encoding::kGb18030,     Encoding::kBig5, Encoding::kShiftJis,  Encoding::kEucJp,
    Encoding::kEucKr, Encoding::kKoi8R,       Encoding::kWindows1251, Encoding::kCp866, Encoding::kWindows1252,
    Encoding::kHz,    Encoding::kIso2022Jp,   Encoding::kUtf7};

// Shorter byte strings turn up by chance in anything; in an encoding other than UTF-8 they are left out.
constexpr size_t kShortestPattern = 4;
// Of text that looks like other text (base64, HZ, UTF-7, ISO-2022-JP), more is needed: 7 characters of base64 are 42 bits.
constexpr size_t kShortestDisguised = 6;
constexpr size_t kShortestBase64 = 7;

// An expression with more states than this in an encoding other than its first is left out there: Hyperscan would refuse it
// after long work. Its own bound is about 500 for the largest automaton, but it splits most expressions.
constexpr uint64_t kMostPositions = 700;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Sets whose bytes people put into URLs, mails and base64; the others are served by the decoders.
bool TravelsEscaped(Encoding encoding) {
  return encoding == Encoding::kUtf8 || encoding == Encoding::kGb18030 || encoding == Encoding::kBig5 || encoding == Encoding::kShiftJis ||
         encoding == Encoding::kWindows1251 || encoding == Encoding::kKoi8R;
}

// Seven-bit charsets whose bytes mean something between escapes only.
bool IsShifted(Encoding encoding) { return encoding == Encoding::kHz || encoding == Encoding::kIso2022Jp || encoding == Encoding::kUtf7; }

bool TravelsInBase64(Encoding encoding) {
  return encoding == Encoding::kUtf8 || encoding == Encoding::kUtf16Le || encoding == Encoding::kGb18030;
}

// All patterns of one detector, one after another.
class DetectorEncoder {
 public:
  DetectorEncoder(Program& program, model::DetectorIndex index, CharsetEncoder& charsets, ByteExpressionWriter& writer, Diagnostics& diagnostics)
      : program_(program), index_(index), detector_(*program.detectors[index].source), charsets_(charsets), writer_(writer), diagnostics_(diagnostics) {
    if (detector_.encodings.empty()) encodings_.assign(std::begin(kDefaultEncodings), std::end(kDefaultEncodings));
    for (const syntax::Located<Encoding>& encoding : detector_.encodings) encodings_.push_back(encoding.value);
  }

  void Run() {
    const std::vector<syntax::ContentSource>& literals = program_.detectors[index_].literals;
    for (; term_ < literals.size(); ++term_) EncodeLiteral(literals[term_]);
    for (const syntax::Located<std::string>& expression : detector_.expressions) {
      EncodeRegex(expression);
      ++term_;
    }
  }

 private:
  void EncodeLiteral(const syntax::ContentSource& literal) {
    at_ = literal.value.at;
    if (literal.kind == syntax::ContentSource::Kind::kHex) {
      if (std::optional<std::string> bytes = BytesFromHex(literal.value.value)) AddLiteral(std::move(*bytes), Encoding::kBytes, TransferForm::kPlain);
      return;
    }
    const LiteralOptions options = OptionsOf(detector_);
    if (options.variants.any() && options.unless_followed_by.empty() && !options.whole_word && !options.ignore_case) {
      const std::u32string text = FromUtf8(literal.value.value);
      const std::vector<std::u32string> disguises = DisguisesOf(text, options.variants);
      if (!disguises.empty()) {
        EncodeDisguises(ExpressionOfLiteral(text, options), disguises);
        return AddTransferForms(literal.value.value);
      }
    }
    if (!options.IsPlain()) {
      // An expression is not carried into the charsets of escapes; there the text is looked for as it is written.
      if (options.unless_followed_by.empty() && !options.ignore_case) EncodeShifted(literal.value.value);
      EncodeExpression(ExpressionOfLiteral(FromUtf8(literal.value.value), options));
      // Escaped text is looked for as the literal is written: case and words mean nothing within escapes.
      if (!options.ignore_case && !options.whole_word) AddTransferForms(literal.value.value);
      return;
    }
    if (!EncodeText(literal.value.value)) {
      diagnostics_.Error(Code::kNowhereRepresentable, at_, "this literal is too short, or can be written in none of the detector's encodings",
                         "remove 'encodings' to have all that can carry it");
    }
  }

  static LiteralOptions OptionsOf(const syntax::DetectorSource& detector) {
    LiteralOptions options;
    options.ignore_case = detector.ignore_case;
    options.whole_word = detector.whole_word;
    options.variants = {detector.variants.spacing, detector.variants.line_break, detector.variants.width, detector.variants.look_alike};
    for (const syntax::Located<std::string>& text : detector.unless_followed_by) options.unless_followed_by.push_back(FromUtf8(text.value));
    return options;
  }

  // All disguises as one expression where that need not run over every byte, as literals elsewhere. Where an encoding lacks a
  // character that only one of them has, the others carry it.
  void EncodeDisguises(const Expression& expression, const std::vector<std::u32string>& disguises) {
    for (const Encoding encoding : encodings_) {
      std::string problem;
      const std::optional<ByteForm> form = IsShifted(encoding) ? std::nullopt : writer_.Write(expression, encoding, problem);
      if (form && problem.empty() && !AnchorsOf(form->text).empty()) {
        AddExpression(*form, encoding, TransferForm::kPlain);
      } else if (IsShifted(encoding)) {
        AddPlain(ToUtf8(disguises[0]), encoding);
      } else {
        for (const std::u32string& disguise : disguises) AddPlain(ToUtf8(disguise), encoding);
      }
    }
  }

  void EncodeShifted(const std::string& text) {
    for (const Encoding encoding : encodings_) {
      if (IsShifted(encoding)) AddPlain(text, encoding);
    }
  }

  // False when no pattern of the plain text came of it; its transfer forms alone are not what the author wants.
  bool EncodeText(const std::string& text) {
    const size_t before = program_.patterns.size();
    bool has_plain = false;
    // Hyperscan folds the case of ASCII bytes only, and in a double-byte encoding those can be halves of a character. So
    // it may fold pure ASCII; other letters are spelt out.
    ignore_case_ = detector_.ignore_case && IsAscii(text);
    const std::vector<std::string> spellings = detector_.ignore_case && !ignore_case_ ? CaseVariants(text) : std::vector<std::string>{text};
    for (const std::string& spelling : spellings) {
      for (const Encoding encoding : encodings_) {
        if (!AddPlain(spelling, encoding) && !detector_.encodings.empty()) {
          diagnostics_.Error(Code::kNotRepresentable, at_, "this literal cannot be written in " + std::string(Name(encoding)),
                             "the detector asks for that encoding by name; remove it there, or move the literal");
        }
      }
      has_plain = has_plain || program_.patterns.size() > before;
      // Case within base64 and hexadecimal digits is not the text's case.
      if (!ignore_case_) AddTransferForms(spelling);
    }
    ignore_case_ = false;
    return has_plain;
  }

  bool AddPlain(const std::string& text, Encoding encoding) {
    if (encoding == Encoding::kHz) return AddHz(text);
    if (encoding == Encoding::kUtf7) return AddUtf7(text);
    std::optional<std::string> bytes = charsets_.Encode(text, encoding);
    if (!bytes) return false;
    if (encoding == Encoding::kIso2022Jp) {
      std::string inner = WithoutOuterEscapes(std::move(*bytes));
      if (!IsAscii(text) && inner.size() >= kShortestDisguised) AddLiteral(std::move(inner), encoding, TransferForm::kPlain);
      return true;
    }
    if (bytes->size() < kShortestPattern) {
      if (encoding != Encoding::kUtf8) return true;
      diagnostics_.Warning(Code::kShortPattern, at_, "this literal has only " + std::to_string(bytes->size()) + " bytes in UTF-8",
                           "it will turn up by chance; encodings in which it has fewer than 4 bytes are left out");
    }
    AddLiteral(std::move(*bytes), encoding, TransferForm::kPlain);
    return true;
  }

  bool AddHz(const std::string& text) {
    const std::optional<std::string> gb = charsets_.Encode(text, Encoding::kGb18030);
    const std::string hz = gb && !IsAscii(text) ? HzForm(*gb) : std::string();
    if (hz.size() >= kShortestDisguised) AddLiteral(hz, Encoding::kHz, TransferForm::kPlain);
    return gb.has_value();
  }

  // UTF-7 is base64 of UTF-16BE between + and - (RFC 2152).
  bool AddUtf7(const std::string& text) {
    const std::u32string characters = FromUtf8(text);
    const bool no_ascii = std::all_of(characters.begin(), characters.end(), [](char32_t c) { return c >= 0x80; });
    const std::optional<std::string> utf16 = charsets_.Encode(text, Encoding::kUtf16Be);
    if (utf16 && no_ascii) AddBase64(*utf16, Encoding::kUtf7);
    return utf16.has_value();
  }

  void AddTransferForms(const std::string& text) {
    const syntax::TransferSet& transfer = detector_.transfer;
    if (transfer.html) AddTextForms(text, HtmlDecimalForms, TransferForm::kHtmlDecimal);
    if (transfer.html) AddTextForms(text, HtmlHexForms, TransferForm::kHtmlHex);
    if (transfer.json) AddTextForms(text, JsonForms, TransferForm::kJsonEscape);
    for (const Encoding encoding : encodings_) {
      if (transfer.percent && TravelsEscaped(encoding)) AddByteForms(text, encoding, PercentForms, TransferForm::kPercent);
      if (transfer.quoted_printable && TravelsEscaped(encoding)) AddByteForms(text, encoding, QuotedPrintableForms, TransferForm::kQuotedPrintable);
      // What follows cannot be told in base64 without knowing all of it; there the decoders of the data plane must see.
      if (!transfer.base64 || !TravelsInBase64(encoding) || !detector_.unless_followed_by.empty()) continue;
      const std::optional<std::string> bytes = charsets_.Encode(text, encoding);
      if (bytes && bytes->size() >= kShortestPattern) AddBase64(*bytes, encoding);
    }
  }

  void AddBase64(const std::string& bytes, Encoding encoding) {
    constexpr TransferForm kPhases[] = {TransferForm::kBase64Phase0, TransferForm::kBase64Phase1, TransferForm::kBase64Phase2};
    for (int phase = 0; phase < 3; ++phase) {
      for (std::string& form : Base64Forms(bytes, phase)) {
        if (form.size() >= kShortestBase64) AddLiteral(std::move(form), encoding, kPhases[phase]);
      }
    }
  }

  void AddTextForms(const std::string& text, std::vector<std::string> (*forms_of)(std::u32string_view), TransferForm form) {
    std::vector<std::string> excluded;
    for (const syntax::Located<std::string>& next : detector_.unless_followed_by) Append(forms_of(FromUtf8(next.value)), excluded);
    AddForms(forms_of(FromUtf8(text)), excluded, Encoding::kUtf8, form);
  }

  void AddByteForms(const std::string& text, Encoding encoding, std::vector<std::string> (*forms_of)(std::string_view), TransferForm form) {
    const std::optional<std::string> bytes = charsets_.Encode(text, encoding);
    if (!bytes || bytes->size() < kShortestPattern) return;
    std::vector<std::string> excluded;
    for (const syntax::Located<std::string>& next : detector_.unless_followed_by) {
      if (const std::optional<std::string> next_bytes = charsets_.Encode(next.value, encoding)) Append(forms_of(*next_bytes), excluded);
    }
    AddForms(forms_of(*bytes), excluded, encoding, form);
  }

  static void Append(std::vector<std::string> more, std::vector<std::string>& all) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  // Escaped text is ASCII. With something excluded behind it, it is an expression over bytes.
  void AddForms(std::vector<std::string> forms, const std::vector<std::string>& excluded, Encoding encoding, TransferForm form) {
    LiteralOptions options;
    for (const std::string& next : excluded) options.unless_followed_by.emplace_back(next.begin(), next.end());
    for (std::string& bytes : forms) {
      if (excluded.empty()) {
        AddLiteral(std::move(bytes), encoding, form);
      } else if (const auto raw = writer_.WriteRaw(ExpressionOfLiteral(std::u32string(bytes.begin(), bytes.end()), options))) {
        AddExpression(*raw, encoding, form);
      }
    }
  }

  LoweredPattern NewPattern(Encoding encoding, TransferForm form, model::CostClass cost) const {
    LoweredPattern pattern;
    pattern.entry.detector = index_;
    pattern.entry.term = term_;
    pattern.entry.encoding = encoding;
    pattern.entry.form = form;
    pattern.entry.cost = cost;
    pattern.ignore_case = ignore_case_;
    pattern.at = at_;
    return pattern;
  }

  void AddLiteral(std::string bytes, Encoding encoding, TransferForm form) {
    LoweredPattern pattern = NewPattern(encoding, form, model::CostClass::kLiterals);
    pattern.entry.length = pattern.entry.min_length = pattern.entry.max_length = static_cast<uint32_t>(bytes.size());
    pattern.entry.AddFirstByte(static_cast<uint8_t>(bytes[0]));
    const bool has_bytes_to_align = form == TransferForm::kPlain ? !IsAscii(bytes) : form == TransferForm::kPercent || form == TransferForm::kQuotedPrintable;
    pattern.entry.confirm_alignment = NeedsAlignment(encoding) && has_bytes_to_align;
    pattern.bytes = std::move(bytes);
    program_.patterns.push_back(std::move(pattern));
  }

  void EncodeRegex(const syntax::Located<std::string>& source) {
    at_ = source.at;
    const std::variant<Expression, ExpressionError> parsed = ParseExpression(FromUtf8(source.value), detector_.ignore_case);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) {
      diagnostics_.Error(Code::kExpressionRefused, at_, error->message + " (character " + std::to_string(error->character + 1) + " of the expression)");
      return;
    }
    EncodeExpression(*std::get_if<Expression>(&parsed));
  }

  void EncodeExpression(const Expression& expression) {
    const bool raw = !NamesCharactersBeyondAscii(expression);
    size_t written = 0;
    std::string left_out, problem;
    for (const Encoding encoding : encodings_) {
      const bool is_wide = encoding == Encoding::kUtf16Le || encoding == Encoding::kUtf16Be;
      if (IsShifted(encoding)) continue;
      if (raw && !is_wide && encoding != Encoding::kUtf8 && encoding != encodings_[0]) continue;
      const std::string earlier_problem = std::exchange(problem, {});
      const std::optional<ByteForm> form = raw && !is_wide ? writer_.WriteRaw(expression) : writer_.Write(expression, encoding, problem);
      const bool too_large = form && encoding != encodings_[0] && form->positions > kMostPositions;
      if (too_large) problem = "its counted repetitions would be too large";
      if (!problem.empty()) left_out += (left_out.empty() ? "" : ", ") + std::string(Name(encoding));
      if (problem.empty()) problem = earlier_problem;
      if (!form || too_large) continue;
      if (form->min_bytes == 0) {
        diagnostics_.Error(Code::kExpressionMatchesEmpty, at_, "this expression matches the empty text, so it would fire everywhere",
                           "make at least one character of it obligatory");
        return;
      }
      AddExpression(*form, encoding, TransferForm::kPlain);
      ++written;
    }
    if (!left_out.empty()) {
      diagnostics_.Note(Code::kNotCarried, at_, "this expression is not carried into " + left_out + ": " + problem, "in the other encodings it is looked for");
    }
    if (written == 0) diagnostics_.Error(Code::kNowhereRepresentable, at_, "this expression can be written in none of the detector's encodings");
  }

  void AddExpression(const ByteForm& form, Encoding encoding, TransferForm transfer) {
    LoweredPattern pattern = NewPattern(encoding, transfer, model::CostClass::kExpressions);
    pattern.entry.min_length = form.min_bytes;
    pattern.entry.max_length = form.max_bytes;
    pattern.entry.length = form.min_bytes == form.max_bytes ? form.min_bytes : 0;
    for (size_t b = 0; b < form.first.size(); ++b) {
      if (form.first[b]) pattern.entry.AddFirstByte(static_cast<uint8_t>(b));
    }
    pattern.entry.confirm_alignment = NeedsAlignment(encoding) && (form.first >> 128).any();
    pattern.bytes = form.text;
    program_.patterns.push_back(std::move(pattern));
  }

  Program& program_;
  model::DetectorIndex index_;
  const syntax::DetectorSource& detector_;
  CharsetEncoder& charsets_;
  ByteExpressionWriter& writer_;
  Diagnostics& diagnostics_;
  std::vector<Encoding> encodings_;
  uint32_t term_ = 0;
  syntax::Position at_;
  bool ignore_case_ = false;
};

}  // namespace

void Encode(Program& program, Diagnostics& diagnostics) {
  CharsetEncoder charsets;
  ByteExpressionWriter writer;
  for (model::DetectorIndex i = 0; i < program.detectors.size(); ++i) DetectorEncoder(program, i, charsets, writer, diagnostics).Run();
}

}  // namespace sluice::compile
