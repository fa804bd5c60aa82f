// Integers and texts as they stand on the wire, appended to a string: for messages that tests build by hand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::testing {

// `bytes` beyond eight are zero.
inline char ByteOf(uint64_t value, size_t index) { return static_cast<char>(static_cast<uint8_t>(index < sizeof value ? value >> (8 * index) : 0)); }
inline std::string Le(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += ByteOf(value, i);
  return out;
}
inline std::string Be(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = bytes; i > 0; --i) out += ByteOf(value, i - 1);
  return out;
}
// ASCII as UTF-16.
inline std::string Wide(std::string_view text) {
  std::string out;
  for (const char c : text) out += Le(static_cast<uint8_t>(c), 2);
  return out;
}

}  // namespace sluice::testing
