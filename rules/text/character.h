// Characters: the first one of a text in any of the encodings that rules are compiled for, as a Unicode code point.
//
// Tables of the national sets are made from the system's iconv when a policy with such patterns is loaded; nothing is
// converted on the hot path. Thread: pure, after PrepareCharacters. Allocates: PrepareCharacters only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"
#include "base/result.h"
#include "rules/model/encoding.h"

namespace sluice::text {

struct Character {
  char32_t code_point = 0;  // 0: not decodable
  size_t bytes = 0;         // that it takes in the text
};
// REQUIRES: PrepareCharacters(encoding) once before.
Character FirstCharacter(ByteView text, model::Encoding encoding) noexcept;

// Makes the character table of an encoding ready, once for the process (cold). Encodings without a table need none.
Status PrepareCharacters(model::Encoding encoding);

// Value of a base64 digit (RFC 4648, 4; UTF-7's alphabet is the same), or -1.
int Base64Value(uint8_t c) noexcept;

// Printable by itself in one cell or two: letters, digits, punctuation, symbols, ideographs. Not controls, spaces, marks
// that change their neighbours, or anything that changes direction. An allow-list: what it does not know is not shown.
bool IsPlainPrintable(char32_t code_point) noexcept;

}  // namespace sluice::text
