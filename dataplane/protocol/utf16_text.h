// AppendUtf16: names as SMB writes them, in UTF-8.
//
// Thread: pure. Allocates: never. What is no UTF-16 becomes U+FFFD; controls, too, so that a name is one line. A NUL ends it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"
#include "base/inline_text.h"

namespace sluice::protocol {

// The code point at the front of `text` (at least two bytes) and how many bytes it takes.
struct Utf16Step {
  uint32_t code;
  size_t bytes;
};
inline Utf16Step NextUtf16Le(ByteView text) noexcept {
  constexpr uint32_t kReplacement = 0xfffd;
  const uint32_t first = LoadLe16(text.data());
  if (first < 0x20 || first == 0x7f) return {kReplacement, 2};
  if (first < 0xd800 || first > 0xdfff) return {first, 2};
  const uint32_t second = text.size() >= 4 ? LoadLe16(text.data() + 2) : 0;
  if (first > 0xdbff || second < 0xdc00 || second > 0xdfff) return {kReplacement, 2};
  return {0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 4};
}

template <size_t N>
void AppendUtf16Le(ByteView text, InlineText<N>& out) noexcept {
  while (text.size() >= 2) {
    if (LoadLe16(text.data()) == 0) return;
    const auto [code, bytes] = NextUtf16Le(text);
    text = text.From(bytes);
    char utf8[4];
    size_t size = 0;
    const auto put = [&utf8, &size](uint32_t byte) { utf8[size++] = static_cast<char>(static_cast<uint8_t>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6);
      put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    }
    // A character is kept whole or not at all.
    if (out.view().size() + size > N) return;
    out.Append({utf8, size});
  }
}

}  // namespace sluice::protocol
