// WriteBytes: an Expression, written for the bytes of one encoding, as Hyperscan reads it without its UTF-8 flag (whose
// results are undefined on input that is not UTF-8, and packets are not).
//
// Thread: one at a time for each writer. Allocates: yes (cold path).
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/compile/charset.h"
#include "rules/compile/expression.h"

namespace sluice::compile {

struct ByteForm {
  std::string text;             // for hs_compile
  uint32_t min_bytes = 0;
  uint32_t max_bytes = 0;       // Expression::kUnbounded where there is no limit
  std::bitset<256> first;       // bytes with which a match can begin
  uint64_t positions = 0;       // about how many states it takes: byte classes, counted repetitions written out
};

class ByteExpressionWriter {
 public:
  // Nothing when the encoding lacks a character without which nothing can match, or when the expression has a word
  // boundary where this encoding cannot say what a word is (`problem` then says so).
  std::optional<ByteForm> Write(const Expression& expression, model::Encoding encoding, std::string& problem);

  // For expressions that mean bytes (NamesCharactersBeyondAscii is false): one form for UTF-8 and all that extends ASCII.
  std::optional<ByteForm> WriteRaw(const Expression& expression);

 private:
  friend class FormBuilder;
  using CharacterTable = std::vector<std::pair<char32_t, std::string>>;

  // Every character of the basic plane that the encoding has, with its bytes; made once.
  const CharacterTable& TableOf(model::Encoding encoding);
  std::optional<ByteForm> FormOfSet(const CharSet& set, model::Encoding encoding);

  CharsetEncoder charsets_;
  std::map<model::Encoding, CharacterTable> tables_;
  std::map<std::pair<model::Encoding, std::vector<CharRange>>, std::optional<ByteForm>> forms_;
};

}  // namespace sluice::compile
