// MatchWord: how much of a word stands at the beginning of a text, for probes that see text grow.
//
// Thread: pure. Allocates: never.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "dataplane/protocol/protocol_table.h"

namespace sluice::protocol {

constexpr char UpperOf(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// All of `upper`, in either case; as far as there is text; or not.
inline Certainty MatchWord(std::string_view text, std::string_view upper) noexcept {
  const size_t n = std::min(text.size(), upper.size());
  for (size_t i = 0; i < n; ++i) {
    if (UpperOf(text[i]) != upper[i]) return Certainty::kNo;
  }
  return n == upper.size() ? Certainty::kYes : Certainty::kUnsure;
}

// The best match among several.
inline Certainty MatchAnyWord(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  Certainty best = Certainty::kNo;
  for (const std::string_view word : words) best = std::max(best, MatchWord(text, word));
  return best;
}

}  // namespace sluice::protocol
