// Values of a table's rows: as people write them in text, as keyed hashes, and how many columns of one row stand in a window.
//
// A value is compared as text is (fold.h): "+86 138-0013-8000" and "８６１３８００１３８０００" are the same. Thread: pure. Allocates: never, but for RowValueOf.
#pragma once

#include <optional>
#include <string_view>

#include "rules/fingerprint/set.h"

namespace sluice::fingerprint {

// The hash of a value, character by character.
class RowHash {
 public:
  explicit RowHash(const Secrets& secrets) : secrets_(&secrets), state_(secrets.text_seed) {}
  // REQUIRES: a folded character.
  void Add(char32_t c) noexcept { state_ = ((state_ << 5 | state_ >> 59) ^ secrets_->GearOf(c)) * 0xff51afd7ed558ccdULL; }
  uint64_t Value() const noexcept { return SipHashWord(secrets_->sip, state_ ^ 0x526f77526f77526fULL); }

 private:
  const Secrets* secrets_;
  uint64_t state_;
};

// Shorter values stand in any text by chance.
inline constexpr size_t kLeastValueLetters = 4, kLeastValueIdeographs = 2, kMostValueCharacters = 48, kMostValueWords = 5;

// Of a value in UTF-8; nothing where it is too short or too long to be looked for.
std::optional<uint64_t> RowValueOf(const Secrets& secrets, std::string_view value);
// Of a value as characters, such as what a detector's terms have hit.
std::optional<uint64_t> RowValueOf(const Secrets& secrets, std::u32string_view value) noexcept;

// The most columns of one row that stand in `window`, among them a value that ends at window[end]; 0 where no row has such a value.
uint32_t ColumnsRound(const Set& set, std::u32string_view window, size_t end) noexcept;

}  // namespace sluice::fingerprint
