// Mask: what may be shown of a match to anyone who may see that there was one: its first character and four marks.
//
// Never the content, never its length, never a character that a terminal or a page would act on. A match of a single
// character shows marks only. Thread: pure, after text::PrepareCharacters. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"
#include "base/inline_text.h"
#include "base/result.h"
#include "rules/model/encoding.h"

namespace sluice::match {

using MaskedText = InlineText<16>;

// The character at the beginning of `matched`, behind its transfer form and encoding, if it may be shown; else 0: it cannot
// be decoded, it is all there is, or it is not a plain printable character. REQUIRES: text::PrepareCharacters(encoding) once.
char32_t ShownCharacter(ByteView matched, model::Encoding encoding, model::TransferForm form) noexcept;

// "机****"; "****" for 0.
MaskedText Mask(char32_t shown) noexcept;
inline MaskedText Mask(ByteView matched, model::Encoding encoding, model::TransferForm form = model::TransferForm::kPlain) noexcept {
  return Mask(ShownCharacter(matched, encoding, form));
}

}  // namespace sluice::match
