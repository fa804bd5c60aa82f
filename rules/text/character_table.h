// CharacterTable: an eight-bit or double-byte character set as code points, made once for the process from iconv.
//
// Characters of three and four bytes are not in it (their matches show marks only). Thread: Prepare at any time from any
// thread; reading is pure. Allocates: in Prepare. Failure: the system's iconv does not know the set.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "rules/model/encoding.h"

namespace sluice::text {

class CharacterTable {
 public:
  char32_t Single(uint8_t byte) const noexcept { return single_[byte]; }
  char32_t Pair(uint8_t lead, uint8_t trail) const noexcept { return lead < 0x80 ? 0 : pair_[lead - 0x80][trail]; }

  // Fills it by asking iconv about every byte and pair of the set it calls `name`.
  Status Fill(const char* name);

 private:
  std::array<char16_t, 256> single_{};
  std::array<std::array<char16_t, 256>, 128> pair_{};  // the double-byte sets lie within the basic plane, or are not shown
};

// nullptr for encodings without a table, and before PrepareCharacters.
const CharacterTable* TableOf(model::Encoding encoding) noexcept;

}  // namespace sluice::text
