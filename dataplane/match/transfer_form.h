// From matched bytes to the first bytes of the text under its transfer form, for the mask only.
//
// Thread: pure. Allocates: never. Anything that does not follow its form gives fewer bytes, or none.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_view.h"
#include "rules/model/encoding.h"

namespace sluice::match {

// The beginning of a text: raw bytes in its encoding, or a code point where the form names it (&#26426;, \u673a).
struct Opened {
  static constexpr size_t kCapacity = 16;
  std::array<uint8_t, kCapacity> bytes{};
  size_t size = 0;
  char32_t code_point = 0;    // where not 0, the first character itself
  bool more_follows = false;  // the text goes on behind what is here
};
Opened OpenTransferForm(ByteView matched, model::TransferForm form) noexcept;

}  // namespace sluice::match
