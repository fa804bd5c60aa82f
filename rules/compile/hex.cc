#include "rules/compile/hex.h"

namespace sluice::compile {
namespace {

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> BytesFromHex(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    if (i + 1 >= text.size() || Digit(text[i]) < 0 || Digit(text[i + 1]) < 0) return std::nullopt;
    bytes += static_cast<char>(Digit(text[i]) * 16 + Digit(text[i + 1]));
    i += 2;
  }
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

}  // namespace sluice::compile
