#include <algorithm>

#include "rules/compile/charset.h"
#include "rules/compile/hex.h"
#include "rules/compile/letter_case.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using model::Encoding;
using syntax::Code;
using syntax::Diagnostics;

// What a detector that names no encodings gets.
constexpr Encoding kDefaultEncodings[] = {
    Encoding::kUtf8,     Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kGb18030,     Encoding::kBig5,  Encoding::kShiftJis,
    Encoding::kEucJp,    Encoding::kEucKr,   Encoding::kKoi8R,   Encoding::kWindows1251, Encoding::kCp866, Encoding::kWindows1252};

// Shorter byte strings turn up by chance in anything; in an encoding other than UTF-8 they are left out.
constexpr size_t kShortestPattern = 4;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

class TermEncoder {
 public:
  TermEncoder(Program& program, Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics) {}

  void EncodeDetector(model::DetectorIndex index, const syntax::DetectorSource& detector) {
    for (uint32_t term = 0; term < detector.literals.size(); ++term) {
      const syntax::ContentSource& literal = detector.literals[term];
      EncodedTerm base;
      base.detector = index;
      base.term = term;
      base.at = literal.value.at;
      if (literal.kind == syntax::ContentSource::Kind::kHex) {
        if (std::optional<std::string> bytes = BytesFromHex(literal.value.value)) AddBytes(base, std::move(*bytes));
      } else {
        EncodeText(base, literal.value.value, detector);
      }
    }
  }

 private:
  void AddBytes(EncodedTerm term, std::string bytes) {
    term.encoding = Encoding::kBytes;
    term.bytes = std::move(bytes);
    program_.terms.push_back(std::move(term));
  }

  void EncodeText(const EncodedTerm& base, const std::string& text, const syntax::DetectorSource& detector) {
    const size_t before = program_.terms.size();
    // Hyperscan folds the case of ASCII bytes only, and in a double-byte encoding those can be halves of a character. So
    // it may fold pure ASCII; other letters are spelt out.
    const bool fold_in_matcher = detector.ignore_case && IsAscii(text);
    const std::vector<std::string> spellings =
        detector.ignore_case && !fold_in_matcher ? CaseVariants(text) : std::vector<std::string>{text};
    for (const std::string& spelling : spellings) {
      EncodedTerm term = base;
      term.ignore_case = fold_in_matcher;
      EncodeSpelling(term, spelling, detector);
    }
    if (program_.terms.size() == before) {
      diagnostics_.Error(Code::kNowhereRepresentable, base.at, "this literal can be written in none of the detector's encodings",
                         "remove 'encodings' to have all that can carry it");
    }
  }

  void EncodeSpelling(const EncodedTerm& base, const std::string& spelling, const syntax::DetectorSource& detector) {
    if (detector.encodings.empty()) {
      for (const Encoding encoding : kDefaultEncodings) Add(base, spelling, encoding);
      return;
    }
    for (const syntax::Located<Encoding>& encoding : detector.encodings) {
      if (!Add(base, spelling, encoding.value)) {
        diagnostics_.Error(Code::kNotRepresentable, base.at, "this literal cannot be written in " + std::string(Name(encoding.value)),
                           "the detector asks for that encoding by name; remove it there, or move the literal");
      }
    }
  }

  bool Add(EncodedTerm term, const std::string& text, Encoding encoding) {
    std::optional<std::string> bytes = charsets_.Encode(text, encoding);
    if (!bytes) return false;
    if (bytes->size() < kShortestPattern) {
      if (encoding != Encoding::kUtf8) return true;
      diagnostics_.Warning(Code::kShortPattern, term.at, "this literal has only " + std::to_string(bytes->size()) + " bytes in UTF-8",
                           "it will turn up by chance; encodings in which it has fewer than 4 bytes are left out");
    }
    term.encoding = encoding;
    term.confirm_alignment = NeedsAlignment(encoding) && !IsAscii(*bytes);
    term.bytes = std::move(*bytes);
    program_.terms.push_back(std::move(term));
    return true;
  }

  Program& program_;
  Diagnostics& diagnostics_;
  CharsetEncoder charsets_;
};

}  // namespace

void Encode(Program& program, Diagnostics& diagnostics) {
  TermEncoder encoder(program, diagnostics);
  for (model::DetectorIndex i = 0; i < program.detectors.size(); ++i) encoder.EncodeDetector(i, *program.detectors[i]);
}

}  // namespace sluice::compile
