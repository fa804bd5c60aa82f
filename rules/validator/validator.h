// Validate: whether the number, key or token that ends a text is what a rule takes it for.
//
// A matcher reports where a match ends; so the candidate is sought backwards from there, over single separators (space,
// hyphen, full stop, slash), and must not go on to the left. Thread: pure. Allocates: never.
#pragma once

#include <cstddef>
#include <string_view>

#include "rules/model/validator_kind.h"

namespace sluice::validator {

// Bytes of the longest valid value that ends `text`; 0 when there is none. Letters count in either case.
size_t ValidateSuffix(model::ValidatorKind kind, std::string_view text);

// Bytes at the end of `text` that can be no part of such a value: what a match took in beyond it, such as the space that
// showed that a number was over.
size_t BytesBehindValue(model::ValidatorKind kind, std::string_view text);

// Shannon entropy of the bytes, in thousandths of a bit per byte (Shannon 1948); 0 for an empty text.
unsigned EntropyMillibits(std::string_view text);

// The token that ends a text: letters, digits and the signs of base64 and URLs, behind any closing quotes.
std::string_view TokenAtEnd(std::string_view text);

}  // namespace sluice::validator
