// CharacterTable: an eight-bit or double-byte character set as code points, made once for the process from iconv.
//
// Of longer ones it has those of the basic plane: four bytes of GB 18030, three of EUC-JP. Thread: Prepare at any time from any
// thread; reading is pure. Allocates: in Prepare. Failure: the system's iconv does not know the set.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/model/encoding.h"

namespace sluice::text {

class CharacterTable {
 public:
  char32_t Single(uint8_t byte) const noexcept { return single_[byte]; }
  char32_t Pair(uint8_t lead, uint8_t trail) const noexcept { return lead < 0x80 ? 0 : pair_[lead - 0x80][trail]; }

  // GB 18030: lead and third byte 0x81..0xfe, the others digits. 0: beyond the basic plane, or no character.
  char32_t Four(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth) const noexcept;
  // EUC-JP: behind 0x8f (JIS X 0212).
  char32_t Three(uint8_t second, uint8_t third) const noexcept;

  // Fills it by asking iconv about every byte and pair of the set it calls `name`.
  Status Fill(const char* name);

 private:
  template <typename Converter>
  void FillLonger(Converter& converter, std::string_view name);

  std::array<char16_t, 256> single_{};
  std::vector<char16_t> four_, three_;  // empty where the set has none
  std::array<std::array<char16_t, 256>, 128> pair_{};  // the double-byte sets lie within the basic plane, or are not shown
};

// nullptr for encodings without a table, and before PrepareCharacters.
const CharacterTable* TableOf(model::Encoding encoding) noexcept;

}  // namespace sluice::text
