// Fold: a character as fingerprints know it: compatible forms as one, no case, no accents; spaces, punctuation and signs left out.
//
// So that text says the same whether it was typed, set in full width, decomposed, or wrapped anew. Thread: pure, after the first
// call of FoldTable::Get. Allocates: there only. Source: Unicode 14, UAX #15 (NFKD) and case folding; the set format names the version.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace sluice::fingerprint {

class FoldTable {
 public:
  // kExpands: two or three characters, see Expand. 0: left out.
  static constexpr char16_t kExpands = 0xFFFF;

  // Made once for the process.
  static const FoldTable& Get();

  // Of the basic plane. Beyond it ideographs are themselves, everything else (pictures, signs) is left out.
  char32_t operator[](char32_t c) const noexcept {
    if (c < folded_.size()) return folded_[c];
    return c >= 0x20000 && c < 0x32000 ? c : 0;
  }
  // Ends with 0 where there are fewer than three.
  const std::array<char16_t, 3>& Expand(char32_t c) const noexcept;

 private:
  FoldTable();
  std::vector<char16_t> folded_;
  std::array<char16_t, 3> nothing_{};
};

// A character that says as much as two or three letters: ideographs, kana, syllables.
constexpr bool IsDense(char32_t c) noexcept { return c >= 0x3040 && c != 0xFFFF; }

}  // namespace sluice::fingerprint
